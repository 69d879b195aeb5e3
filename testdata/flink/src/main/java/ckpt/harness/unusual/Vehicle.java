package ckpt.harness.unusual;

import ckpt.harness.generate.Shown;
import com.esotericsoftware.kryo.serializers.FieldSerializer;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Classes of a job that Kryo writes field by field: a subclass, arguments, collections inside each other, a circle. */
class Vehicle implements Shown {
    /** What no snapshot says of them, for {@code --types}. */
    static final String DESCRIPTION =
            """
            kryo:
              ckpt.harness.unusual.Vehicle:
                fields:
                  plate: java.lang.String
                  since: java.util.Date
                  wheels: java.util.List<ckpt.harness.unusual.Vehicle$Wheel>
                  tows: ckpt.harness.unusual.Vehicle
                  log: java.util.Map<java.lang.String,java.util.List<java.lang.Integer>>
                  seats: int[]
              ckpt.harness.unusual.Vehicle$Truck:
                fields:
                  plate: java.lang.String
                  since: java.util.Date
                  wheels: java.util.List<ckpt.harness.unusual.Vehicle$Wheel>
                  tows: ckpt.harness.unusual.Vehicle
                  log: java.util.Map<java.lang.String,java.util.List<java.lang.Integer>>
                  seats: int[]
                  load: double
                  kind: ckpt.harness.unusual.Vehicle$Kind
                  stops: java.lang.String[]
                  range: ckpt.harness.unusual.Vehicle$Pair<java.lang.String,java.lang.Long>
                  cargo: java.lang.Object
              ckpt.harness.unusual.Vehicle$Wheel:
                final: true
                fields: {position: int, pressure: java.lang.Float}
              ckpt.harness.unusual.Vehicle$Pair:
                params: [A, B]
                fields: {first: A, second: B, all: java.util.List<A>}
              ckpt.harness.unusual.Vehicle$Kind:
                form: enum
                symbols: [BOX, TANK, FLAT]
              ckpt.harness.unusual.Vehicle$Stops:
                form: list
            """;

    String plate;
    Date since;
    List<Wheel> wheels;
    Vehicle tows;
    Map<String, List<Integer>> log;
    int[] seats;
    transient int cached = 7;

    static class Truck extends Vehicle {
        double load;
        Kind kind;
        String[] stops;
        Pair<String, Long> range;
        Object cargo;
        @FieldSerializer.Optional("hints")
        String hint = "never written";
    }

    static final class Wheel implements Shown {
        int position;
        Float pressure;

        Wheel(int position, Float pressure) {
            this.position = position;
            this.pressure = pressure;
        }

        @Override
        public Map<String, Object> shown() {
            return fields(this, this);
        }
    }

    static class Pair<A, B> implements Shown {
        A first;
        B second;
        List<A> all;

        Pair(A first, B second, List<A> all) {
            this.first = first;
            this.second = second;
            this.all = all;
        }

        @Override
        public Map<String, Object> shown() {
            return fields(this, this);
        }
    }

    enum Kind { BOX, TANK, FLAT }

    /** A list of the job's own: Kryo writes its elements alone. */
    static final class Stops extends ArrayList<Object> {
        int ignored = 5;
    }

    @Override
    public Map<String, Object> shown() {
        return fields(this, this);
    }

    /** The class, and the fields that Kryo writes, by name. {@code root} is met again as object 0. */
    static Map<String, Object> fields(Object o, Object root) {
        Map<String, Object> all = new TreeMap<>();
        all.put("$class", o.getClass().getName());
        for (Class<?> c = o.getClass(); c != Object.class; c = c.getSuperclass()) {
            for (Field f : c.getDeclaredFields()) {
                if (!Modifier.isStatic(f.getModifiers()) && !Modifier.isTransient(f.getModifiers())
                        && !f.isAnnotationPresent(FieldSerializer.Optional.class)) {
                    all.put(f.getName(), value(f, o, root));
                }
            }
        }
        return all;
    }

    private static Object value(Field f, Object o, Object root) {
        try {
            f.setAccessible(true);
            Object v = f.get(o);
            if (v == root) {
                return Map.of("$ref", 0);
            }
            return v instanceof Kind k ? new TreeMap<>(Map.of("$class", Kind.class.getName(), "$value", k.name()))
                    : v instanceof Stops s ? new TreeMap<>(Map.of("$class", Stops.class.getName(), "$value", Shown.of(new ArrayList<>(s))))
                    : Shown.of(v);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
