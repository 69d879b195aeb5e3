package ckpt.harness.generate;

import ckpt.harness.Json;
import java.io.Serializable;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;

/** Classes that PojoSerializer takes. Their fields are shown by name, the order in which it writes them. */
public final class Pojos {
    private Pojos() {}

    /** A key whose hash only its class knows. */
    public static final class Account implements Shown, Serializable {
        public int region;
        public String name;

        public Account() {}

        Account(int region, String name) {
            this.region = region;
            this.name = name;
        }

        @Override
        public int hashCode() {
            return region * 1_000_003 + (name == null ? 17 : name.length());
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Account a && a.region == region && Objects.equals(a.name, name);
        }

        @Override
        public Map<String, Object> shown() {
            return Json.object("name", name, "region", region);
        }
    }

    /** An enum. */
    public enum Color {
        RED,
        GREEN,
        BLUE
    }

    /** One field of every basic type, the boxed ones nullable. */
    public static class Flat implements Shown {
        public boolean flag;
        public byte small;
        public short medium;
        public int number;
        public long large;
        public float ratio;
        public double exact;
        public char letter;
        public String text;
        public Integer boxedNumber;
        public Long boxedLarge;
        public Double boxedExact;
        public Boolean boxedFlag;
        public byte[] bytes;
        public Color color;

        /** All fields at their defaults: the references are null. */
        public Flat() {}

        static Flat full(int i) {
            Flat f = new Flat();
            f.flag = i % 2 == 0;
            f.small = (byte) -i;
            f.medium = (short) (i * 1000);
            f.number = -i * 1_000_000;
            f.large = i * 1_000_000_000_000L;
            f.ratio = i / 2f;
            f.exact = -i / 4d;
            f.letter = (char) ('a' + i);
            f.text = "text " + i;
            f.boxedNumber = i;
            f.boxedLarge = Long.MAX_VALUE - i;
            f.boxedExact = 1d / (1 << i);
            f.boxedFlag = true;
            f.bytes = new byte[] {0x2c, (byte) i, -1};
            f.color = Color.values()[i % 3];
            return f;
        }

        @Override
        public Map<String, Object> shown() {
            return Json.object("boxedExact", boxedExact, "boxedFlag", boxedFlag, "boxedLarge", boxedLarge,
                    "boxedNumber", boxedNumber, "bytes", Shown.of(bytes), "color", Shown.of(color), "exact", exact,
                    "flag", flag, "large", large, "letter", Shown.of(letter), "medium", medium, "number", number,
                    "ratio", ratio, "small", small, "text", text);
        }
    }

    /** POJOs, arrays, tuples and a declared list inside a POJO. */
    public static class Nested implements Shown {
        public Flat flat;
        public Account[] accounts;
        public Tuple2<Integer, String> pair;
        public int[] numbers;
        public String[] words;

        @TypeInfo(Tags.class)
        public List<String> tags;

        public Nested() {}

        static Nested full(int i) {
            Nested n = new Nested();
            n.flat = Flat.full(i);
            n.accounts = new Account[] {new Account(i, "first"), null, new Account(-i, null)};
            n.pair = Tuple2.of(i, "two");
            n.numbers = new int[] {i, 0x2c2c2c2c};
            n.words = new String[] {"word", null, ""};
            n.tags = List.of("tag", ",");
            return n;
        }

        @Override
        public Map<String, Object> shown() {
            return Json.object("accounts", Shown.of(accounts), "flat", Shown.of(flat), "numbers", Shown.of(numbers),
                    "pair", Shown.of(pair), "tags", Shown.of(tags), "words", Shown.of(words));
        }
    }

    /** Declares a list of strings where reflection of Flink 1.20 would see a Kryo type. */
    public static final class Tags extends TypeInfoFactory<List<String>> {
        @Override
        public TypeInformation<List<String>> createTypeInfo(Type t, Map<String, TypeInformation<?>> parameters) {
            return Types.LIST(Types.STRING);
        }
    }

    /** Collections as reflection finds them. */
    public static class Bag implements Shown {
        public List<String> names;
        public Map<String, Long> counts;
        public Set<Integer> ids;
        public String label;

        public Bag() {}

        static Bag full(int i) {
            Bag b = new Bag();
            b.names = new java.util.ArrayList<>(List.of("a", ",", ""));
            b.counts = new java.util.HashMap<>(Map.of("one", (long) i));
            b.ids = new java.util.HashSet<>(Set.of(i));
            b.label = "bag " + i;
            return b;
        }

        @Override
        public Map<String, Object> shown() {
            return Json.object("counts", Shown.of(counts), "ids", Shown.of(ids), "label", label, "names", Shown.of(names));
        }
    }

    /** A POJO with subclasses; Circle and Square are registered. */
    public static class Shape implements Shown {
        public String name;

        public Shape() {}

        Shape(String name) {
            this.name = name;
        }

        @Override
        public Map<String, Object> shown() {
            return Json.object("name", name); // only a subclass is named
        }
    }

    /** Registered, tag 0. */
    public static class Circle extends Shape {
        public double radius;

        public Circle() {}

        Circle(String name, double radius) {
            super(name);
            this.radius = radius;
        }

        @Override
        public Map<String, Object> shown() {
            return Json.object("$class", getClass().getName(), "name", name, "radius", radius);
        }
    }

    /** Registered, tag 1. */
    public static class Square extends Shape {
        public long side;
        public Color fill;

        public Square() {}

        Square(String name, long side, Color fill) {
            super(name);
            this.side = side;
            this.fill = fill;
        }

        @Override
        public Map<String, Object> shown() {
            return Json.object("$class", getClass().getName(), "fill", Shown.of(fill), "name", name, "side", side);
        }
    }

    /** A POJO whose subclass nobody registers. */
    public static class Animal implements Shown {
        public int legs;

        public Animal() {}

        @Override
        public Map<String, Object> shown() {
            return Json.object("legs", legs);
        }
    }

    /** Not registered: its name travels with each value. */
    public static class Dog extends Animal {
        public String call;

        public Dog() {}

        Dog(int legs, String call) {
            this.legs = legs;
            this.call = call;
        }

        @Override
        public Map<String, Object> shown() {
            return Json.object("$class", getClass().getName(), "call", call, "legs", legs);
        }
    }

    /** A Java record. */
    public record Point(int x, String label) implements Shown {
        @Override
        public Map<String, Object> shown() {
            return Json.object("label", label, "x", x);
        }
    }
}
