package ckpt.harness.kryo;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Values as text without spaces at the ends of lines, the same in Go's tests. */
final class Shown {
    private Shown() {}

    static String of(Object v) throws RuntimeException {
        return new Shown().show(v);
    }

    private final IdentityHashMap<Object, Object> open = new IdentityHashMap<>();

    private String show(Object v) {
        if (v == null) {
            return "null";
        }
        if (v instanceof String s) {
            return quoted(s);
        }
        if (v instanceof Character c) {
            return "c" + (int) c;
        }
        if (v instanceof Float f) {
            return "f" + Integer.toHexString(Float.floatToRawIntBits(f));
        }
        if (v instanceof Double d) {
            return "d" + Long.toHexString(Double.doubleToRawLongBits(d));
        }
        if (v instanceof java.math.BigDecimal d) {
            return d.unscaledValue() + "e" + d.scale();
        }
        if (v instanceof java.time.Instant i) {
            return "instant" + i.getEpochSecond() + "." + i.getNano();
        }
        if (v instanceof Number || v instanceof Boolean) {
            return v.toString() + (v instanceof Long || v instanceof AtomicLong ? "L" : v instanceof Short ? "S" : v instanceof Byte ? "B" : "");
        }
        if (open.put(v, v) != null) {
            return "#";
        }
        String s = container(v);
        open.remove(v);
        return s;
    }

    private String container(Object v) {
        if (v.getClass().isArray()) {
            List<Object> all = new ArrayList<>();
            for (int i = 0; i < Array.getLength(v); i++) {
                all.add(Array.get(v, i));
            }
            return list(all);
        }
        if (v instanceof Collection<?> c) {
            return list(c);
        }
        if (v instanceof Map<?, ?> m) {
            StringBuilder b = new StringBuilder("{");
            m.forEach((k, x) -> b.append(b.length() > 1 ? " " : "").append(show(k)).append("=").append(show(x)));
            return b.append("}").toString();
        }
        if (v instanceof Optional<?> o) {
            return "optional(" + show(o.orElse(null)) + ")";
        }
        if (v instanceof OptionalInt || v instanceof OptionalLong || v instanceof OptionalDouble) {
            return v.toString().contains("[") ? "optional(" + show(number(v)) + ")" : "optional(null)";
        }
        if (v instanceof AtomicReference<?> r) {
            return show(r.get());
        }
        if (v instanceof AtomicBoolean b) {
            return show(b.get());
        }
        if (v instanceof ZonedDateTime t) {
            return quoted(t.toLocalDateTime() + "[" + t.getZone() + "]");
        }
        if (v instanceof Enum<?> e) {
            return "@" + e.ordinal();
        }
        if (v instanceof Throwable) {
            return "java " + v.getClass().getName();
        }
        if (v instanceof Class<?> c) {
            return quoted(c.getName());
        }
        if (v instanceof java.util.Calendar || v instanceof java.net.InetSocketAddress) {
            return "-";
        }
        if (v instanceof java.util.Date d) {
            return "date" + d.getTime() + (v instanceof java.sql.Timestamp t ? "." + t.getNanos() : "");
        }
        if (v instanceof java.util.TimeZone z) {
            return quoted(z.getID());
        }
        if (v.getClass().getName().startsWith("ckpt.") || v.getClass().getName().startsWith("org.apache.flink.api.java.tuple.")
                || v instanceof Map.Entry || v instanceof org.apache.flink.types.Row) {
            return fields(v);
        }
        return quoted(v.toString());
    }

    private static Object number(Object v) {
        if (v instanceof OptionalInt i) {
            return i.getAsInt();
        }
        return v instanceof OptionalLong l ? (Object) l.getAsLong() : (Object) ((OptionalDouble) v).getAsDouble();
    }

    private String list(Collection<?> all) {
        StringBuilder b = new StringBuilder("[");
        for (Object o : all) {
            b.append(b.length() > 1 ? " " : "").append(show(o));
        }
        return b.append("]").toString();
    }

    private String fields(Object v) {
        StringBuilder b = new StringBuilder("(");
        List<String> parts = new ArrayList<>();
        for (Class<?> k = v.getClass(); k != Object.class; k = k.getSuperclass()) {
            for (Field f : k.getDeclaredFields()) {
                int m = f.getModifiers();
                if (Modifier.isStatic(m) || Modifier.isTransient(m)) {
                    continue;
                }
                f.setAccessible(true);
                try {
                    parts.add(f.getName() + "=" + show(f.get(v)));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        parts.sort(null);
        return b.append(String.join(" ", parts)).append(")").toString();
    }

    private static String quoted(String s) {
        StringBuilder b = new StringBuilder("'");
        for (char c : s.toCharArray()) {
            if (c < 0x20 || c > 0x7e || c == '\'' || c == '\\' || c == ' ') {
                b.append(String.format("\\%04x", (int) c));
            } else {
                b.append(c);
            }
        }
        return b.append("'").toString();
    }
}
