package ckpt.harness.kryo;

import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.TypeVariable;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Writes what Flink's Kryo serializer makes of known values, declared as Object, one a line:
 *
 * <pre>
 * snapshot HEX                             of the serializer
 * class NAME FORM final|- PARAMS FIELDS…   a class that must be described, by tabs: type variables, name:type … or constants
 * value NAME HASH HEX TEXT                 HASH: the value's hash code, - where it differs from run to run
 * </pre>
 */
public final class Main {
    private static PrintStream out;

    private Main() {}

    public static void main(String[] args) throws Exception {
        out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        DataOutputSerializer snapshot = new DataOutputSerializer(64);
        TypeSerializerSnapshot.writeVersionedSnapshot(snapshot, fresh().snapshotConfiguration());
        out.println("snapshot " + hex(snapshot));
        for (Class<?> c : Samples.class.getDeclaredClasses()) {
            describe(c);
        }
        for (Sample s : Samples.all()) {
            write(fresh(), s); // Kryo 2 remembers type arguments from one value to the next
        }
        out.flush();
    }

    private static KryoSerializer<Object> fresh() {
        return new KryoSerializer<>(Object.class, new SerializerConfigImpl());
    }

    private static void write(KryoSerializer<Object> serializer, Sample s) {
        DataOutputSerializer b = new DataOutputSerializer(64);
        try {
            serializer.serialize(s.value(), b);
        } catch (Exception | StackOverflowError e) {
            System.err.println(s.name() + " is not writable: " + e);
            return;
        }
        String hash = s.hashed() && s.value() != null ? Integer.toString(s.value().hashCode()) : "-";
        out.println("value " + s.name() + " " + hash + " " + hex(b) + " " + Shown.of(s.value()));
    }

    /** Prints the fields of a class and its superclasses with their declared types, those of the subclass first. */
    private static void describe(Class<?> c) {
        StringBuilder line = new StringBuilder("class\t" + c.getName());
        line.append('\t').append(c.isEnum() ? "enum" : c.isRecord() ? "record" : java.util.List.class.isAssignableFrom(c) ? "list"
                : Throwable.class.isAssignableFrom(c) ? "java" : "fields");
        line.append('\t').append(Modifier.isFinal(c.getModifiers()) ? "final" : "-");
        StringBuilder params = new StringBuilder();
        for (TypeVariable<?> v : c.getTypeParameters()) {
            params.append(params.length() > 0 ? " " : "").append(v.getName());
        }
        line.append('\t').append(params.length() > 0 ? params : "-");
        if (c.isEnum()) {
            for (Object constant : c.getEnumConstants()) {
                line.append('\t').append(constant);
            }
        } else if (!Throwable.class.isAssignableFrom(c) && !java.util.List.class.isAssignableFrom(c)) {
            for (Class<?> k = c; k != Object.class; k = k.getSuperclass()) {
                for (Field f : k.getDeclaredFields()) {
                    int m = f.getModifiers();
                    if (!Modifier.isStatic(m) && !Modifier.isTransient(m) && !f.isSynthetic()) {
                        line.append('\t').append(f.getName()).append(':').append(typeName(c, k, f));
                    }
                }
            }
        }
        out.println(line);
    }

    /** The declared type; of an inherited field, with the arguments that the class gives its superclass. */
    private static String typeName(Class<?> c, Class<?> declaring, Field f) {
        String name = f.getGenericType().getTypeName();
        if (c.getSuperclass() != declaring || !(c.getGenericSuperclass() instanceof ParameterizedType p)) {
            return name;
        }
        String bound = name;
        for (int i = 0; i < p.getActualTypeArguments().length; i++) {
            bound = bound.replaceAll("\\b" + declaring.getTypeParameters()[i].getName() + "\\b", p.getActualTypeArguments()[i].getTypeName());
        }
        return bound.equals(name) ? name : "inherited " + bound;
    }

    private static String hex(DataOutputSerializer b) {
        return HexFormat.of().formatHex(b.getCopyOfBuffer());
    }
}
