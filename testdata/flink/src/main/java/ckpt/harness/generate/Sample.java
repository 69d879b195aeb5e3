package ckpt.harness.generate;

import static ckpt.harness.generate.KeyCase.timestamp;

import ckpt.harness.Params;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.BasicTypeInfo;
import org.apache.flink.api.common.typeinfo.BasicArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple0;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.api.java.typeutils.ValueTypeInfo;
import org.apache.flink.types.BooleanValue;
import org.apache.flink.types.DoubleValue;
import org.apache.flink.types.Either;
import org.apache.flink.types.IntValue;
import org.apache.flink.types.LongValue;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.types.StringValue;

/** A type and values of it: value state {@code state}, in which key i holds value i. */
record Sample<T>(String state, TypeInformation<T> type, List<T> values) {

    @SafeVarargs
    private static <T> Sample<T> of(String state, TypeInformation<T> type, T... values) {
        return new Sample<>(state, type, Arrays.asList(values));
    }

    static List<Sample<?>> scalars() {
        return List.of(
                of("boolean", Types.BOOLEAN, true, false),
                of("byte", Types.BYTE, (byte) 0, Byte.MIN_VALUE, Byte.MAX_VALUE),
                of("short", Types.SHORT, (short) 0, Short.MIN_VALUE, Short.MAX_VALUE),
                of("int", Types.INT, 0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE),
                of("long", Types.LONG, 0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE),
                of("float", Types.FLOAT, 0f, -0f, 0.1f, 1.5e30f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NaN,
                        Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY),
                of("double", Types.DOUBLE, 0d, -0d, 0.1, 1.5e300, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN,
                        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY),
                of("char", Types.CHAR, 'a', '\0', '\u00fc', '\u65e5', '\ud83d', '\uffff'),
                of("string", Types.STRING, "", "a", "\0", "\u0001\n\"\\", "gr\u00fc\u00df", "\u65e5\u672c\u8a9e",
                        "\ud83d\ude00", "\ud83d", "x\ude00\ud83dy", "\u007f\u0080\u3fff\u4000", "x".repeat(127), "x".repeat(128),
                        "long ".repeat(4000)),
                of("big-int", Types.BIG_INT, BigInteger.ZERO, BigInteger.ONE, BigInteger.TEN, BigInteger.valueOf(-1),
                        BigInteger.valueOf(Long.MIN_VALUE), BigInteger.ONE.shiftLeft(500).negate()),
                of("big-dec", Types.BIG_DEC, BigDecimal.ZERO, BigDecimal.ONE, BigDecimal.TEN, new BigDecimal("0.00"),
                        new BigDecimal("-1.5"), new BigDecimal("1E+40"), new BigDecimal("1E-40"),
                        new BigDecimal("123456789012345678901234567890.123456789012345678901234567890")),
                of("date", BasicTypeInfo.DATE_TYPE_INFO, new java.util.Date(0), new java.util.Date(-1),
                        new java.util.Date(Long.MAX_VALUE), new java.util.Date(Long.MIN_VALUE + 1)),
                of("sql-date", Types.SQL_DATE, new java.sql.Date(0), new java.sql.Date(-86_400_000L),
                        new java.sql.Date(Long.MAX_VALUE), new java.sql.Date(Long.MIN_VALUE + 1)),
                of("sql-time", Types.SQL_TIME, new java.sql.Time(0), new java.sql.Time(86_399_999L), new java.sql.Time(-1)),
                of("sql-timestamp", Types.SQL_TIMESTAMP, timestamp(0, 0), timestamp(-1, 999_999_999),
                        timestamp(1_700_000_000L, 123_456_789), timestamp(-62_135_596_800L, 1), timestamp(253_402_300_799L, 999_999_999),
                        new java.sql.Timestamp(Long.MAX_VALUE)),
                of("instant", Types.INSTANT, Instant.EPOCH, Instant.ofEpochSecond(-1, 999_999_999), Instant.MIN, Instant.MAX,
                        Instant.ofEpochSecond(1_700_000_000L, 120_000_000)),
                of("local-date", Types.LOCAL_DATE, LocalDate.EPOCH, LocalDate.MIN, LocalDate.MAX, LocalDate.of(0, 2, 29),
                        LocalDate.of(10000, 1, 1)),
                of("local-time", Types.LOCAL_TIME, LocalTime.MIDNIGHT, LocalTime.MAX, LocalTime.of(12, 34, 0, 1), LocalTime.of(1, 2, 3)),
                of("local-date-time", Types.LOCAL_DATE_TIME, LocalDateTime.of(1970, 1, 1, 0, 0), LocalDateTime.MIN, LocalDateTime.MAX,
                        LocalDateTime.of(2026, 2, 28, 23, 59, 59, 999_000_000)),
                of("boolean-value", ValueTypeInfo.BOOLEAN_VALUE_TYPE_INFO, new BooleanValue(true)),
                of("int-value", ValueTypeInfo.INT_VALUE_TYPE_INFO, new IntValue(-5)),
                of("long-value", ValueTypeInfo.LONG_VALUE_TYPE_INFO, new LongValue(1L << 40)),
                of("double-value", ValueTypeInfo.DOUBLE_VALUE_TYPE_INFO, new DoubleValue(2.5)),
                of("string-value", ValueTypeInfo.STRING_VALUE_TYPE_INFO, new StringValue(""), new StringValue("\u00fc\ud83d\ude00")));
    }

    static List<Sample<?>> arrays() {
        return List.of(
                of("booleans", prims(boolean[].class), new boolean[] {true, false}, new boolean[0]),
                of("bytes", prims(byte[].class), new byte[] {0, 0x2c, -1}, new byte[0]),
                of("shorts", prims(short[].class), new short[] {Short.MIN_VALUE, 0x2c2c}),
                of("ints", prims(int[].class), new int[] {Integer.MIN_VALUE, 0x2c2c2c2c}),
                of("longs", prims(long[].class), new long[] {Long.MIN_VALUE, Long.MAX_VALUE}, new long[0]),
                of("floats", prims(float[].class), new float[] {-0f, Float.NaN, 1.25f}),
                of("doubles", prims(double[].class), new double[] {-0d, Double.NEGATIVE_INFINITY, 0.1}),
                of("chars", prims(char[].class), new char[] {'a', '\0', '\ud800'}),
                of("strings", BasicArrayTypeInfo.STRING_ARRAY_TYPE_INFO, new String[] {"a", null, ""}, new String[0]),
                of("boxed", BasicArrayTypeInfo.INT_ARRAY_TYPE_INFO, new Integer[] {1, null, -1}),
                of("objects", Types.OBJECT_ARRAY(Types.POJO(Pojos.Account.class)),
                        new Pojos.Account[] {new Pojos.Account(1, "a"), null}, new Pojos.Account[0]),
                of("tuples", Types.OBJECT_ARRAY(Types.TUPLE(Types.INT, Types.STRING)), tuples()),
                of("list", Types.LIST(Types.STRING), Arrays.asList("a", null, ","), List.of()),
                of("list-of-list", Types.LIST(Types.LIST(Types.INT)), List.of(List.of(1, 2), List.of(), List.of(0x2c))),
                of("list-of-pojo", Types.LIST(Types.POJO(Pojos.Account.class)), Arrays.asList(new Pojos.Account(1, "a"), null)),
                of("map", Types.MAP(Types.STRING, Types.LONG), map("a", 1L, "$b", null), map()),
                of("map-by-int", Types.MAP(Types.INT, Types.LIST(Types.STRING)), map(1, List.of("x"), 2, null)));
    }

    static List<Sample<?>> structs(Params p) {
        Row rowOfDelete = Row.ofKind(RowKind.DELETE, 7, "gone", null);
        TypeInformation<Row> row = Types.ROW(Types.INT, Types.STRING, Types.LIST(Types.LONG));
        TypeInformation<Row> named = Types.ROW_NAMED(new String[] {"id", "tags"}, Types.LONG, Types.LIST(Types.STRING));
        Row byName = Row.withNames();
        byName.setField("tags", List.of("by", "name"));
        byName.setField("id", 3L);
        // a heap job whose rows are named cannot write a canonical savepoint
        Row third = p.canonical() && !p.rocksdb() ? Row.of(3L, List.of("by", "place")) : byName;
        return List.of(
                of("tuple0", Types.TUPLE(), Tuple0.INSTANCE),
                of("tuple3", Types.TUPLE(Types.STRING, Types.INT, prims(byte[].class)),
                        Tuple3.of("", 0, new byte[] {0x2c}), Tuple3.of("\ud83d\ude00", -1, new byte[0])),
                of("nested-tuple", Types.TUPLE(Types.TUPLE(Types.LONG, Types.BOOLEAN), Types.LIST(Types.INT)),
                        Tuple2.of(Tuple2.of(1L, true), List.of(1, 2, 3))),
                of("row", row, Row.of(1, "one", List.of(1L)), Row.of(null, null, null), rowOfDelete,
                        Row.ofKind(RowKind.UPDATE_BEFORE, 1, "before", List.of()),
                        Row.ofKind(RowKind.UPDATE_AFTER, 2, "after", List.of())),
                of("row-named", named, Row.of(1L, List.of("by position")), Row.of(null, List.of()), third),
                of("wide-row", Types.ROW(Types.INT, Types.INT, Types.INT, Types.INT, Types.INT, Types.INT, Types.INT, Types.INT),
                        Row.of(1, null, 3, null, 5, null, 7, null), Row.of(null, 2, null, 4, null, 6, null, 8)),
                of("either", Types.EITHER(Types.STRING, Types.LONG), Either.Left("left"), Either.Right(-1L)),
                of("enum", Types.ENUM(Pojos.Color.class), Pojos.Color.values()),
                of("pojo", Types.POJO(Pojos.Flat.class), Pojos.Flat.full(1), new Pojos.Flat(), Pojos.Flat.full(2)),
                of("nested-pojo", Types.POJO(Pojos.Nested.class), Pojos.Nested.full(3), new Pojos.Nested()),
                of("record", Types.POJO(Pojos.Point.class), new Pojos.Point(1, "a"), new Pojos.Point(-1, null)),
                of("shape", Types.POJO(Pojos.Shape.class), new Pojos.Shape("plain"), new Pojos.Circle("circle", 1.5),
                        new Pojos.Square("square", 4, Pojos.Color.BLUE), new Pojos.Square(null, -4, null)));
    }

    /** On Flink 1.20 Kryo writes the collections of this POJO. */
    static List<Sample<?>> collections() {
        return List.of(of("bag", Types.POJO(Pojos.Bag.class), Pojos.Bag.full(1), new Pojos.Bag(), Pojos.Bag.full(2)));
    }

    /** A subclass that is not registered: only a serializer that wrote one names it in its snapshot. */
    static List<Sample<?>> open() {
        return List.of(of("animal", Types.POJO(Pojos.Animal.class), new Pojos.Dog(4, "woof"), new Pojos.Dog(3, null)));
    }

    private static Tuple2<Integer, String>[] tuples() {
        @SuppressWarnings("unchecked")
        Tuple2<Integer, String>[] t = new Tuple2[] {Tuple2.of(1, "a"), null};
        return t;
    }

    private static <A> TypeInformation<A> prims(Class<A> c) {
        return TypeInformation.of(c);
    }

    /** A map that keeps its order; keys and values alternate. */
    @SuppressWarnings("unchecked")
    private static <K, V> Map<K, V> map(Object... pairs) {
        Map<K, V> m = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            m.put((K) pairs[i], (V) pairs[i + 1]);
        }
        return m;
    }
}
