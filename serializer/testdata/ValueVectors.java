import java.io.*;
import java.math.*;
import java.time.*;
import java.util.*;
import org.apache.flink.api.common.serialization.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.api.common.typeutils.*;
import org.apache.flink.api.common.typeutils.base.*;
import org.apache.flink.api.common.typeutils.base.array.*;
import org.apache.flink.api.java.tuple.*;
import org.apache.flink.api.java.typeutils.*;
import org.apache.flink.api.java.typeutils.runtime.*;
import org.apache.flink.core.memory.*;
import org.apache.flink.types.*;

/**
 * Writes values.txt: what Flink's serializers make of known values, and the values' hash codes.
 *
 * <p>Compile and run with the jars of flink-streaming-java, flink-runtime, flink-core, flink-avro and their dependencies
 * of Flink 2.3.0 on the class path: {@code java --add-opens java.base/java.util=ALL-UNNAMED ValueVectors values.txt}.
 */
public class ValueVectors {
  public static class Point { public long id; public int n; public double d; public String s; public boolean b; public String t;
    public Point() {} public Point(long id, int n, double d, String s, boolean b, String t) {this.id=id;this.n=n;this.d=d;this.s=s;this.b=b;this.t=t;} }
  public static class Base { public int a; public String s; public Base() {} }
  public static class Reg extends Base { public long r; public Reg() {} }
  public static class Unreg extends Base { public double u; public Unreg() {} }
  public enum Color { RED, GREEN, BLUE }

  static PrintStream out;
  static String hex(byte[] b) { StringBuilder s = new StringBuilder(); for (byte x : b) s.append(String.format("%02x", x)); return s.toString(); }

  @SafeVarargs
  static <T> void emit(String name, TypeSerializer<T> ser, boolean hash, T... values) throws Exception {
    List<String> rows = new ArrayList<>();
    for (T v : values) {
      DataOutputSerializer o = new DataOutputSerializer(64);
      ser.serialize(v, o);
      String bytes = hex(o.getCopyOfBuffer());
      rows.add("value " + (bytes.isEmpty() ? "-" : bytes) + " " + (hash && v != null ? v.hashCode() : "-"));
    }
    DataOutputSerializer o = new DataOutputSerializer(64); // afterwards: a POJO serializer has seen its subclasses
    TypeSerializerSnapshot.writeVersionedSnapshot(o, ser.snapshotConfiguration());
    out.println("serializer " + name.replace(' ', '-') + " " + ser.getLength() + " " + hex(o.getCopyOfBuffer()));
    rows.forEach(out::println);
  }

  @SuppressWarnings({"unchecked","rawtypes"})
  public static void main(String[] args) throws Exception {
    out = new PrintStream(new FileOutputStream(args[0]), false, "UTF-8");
    emit("boolean", BooleanSerializer.INSTANCE, true, true, false);
    emit("byte", ByteSerializer.INSTANCE, true, (byte) 0, (byte) -128, (byte) 127);
    emit("short", ShortSerializer.INSTANCE, true, (short) -1, Short.MIN_VALUE, Short.MAX_VALUE);
    emit("int", IntSerializer.INSTANCE, true, 0, -1, 42, Integer.MIN_VALUE, Integer.MAX_VALUE);
    emit("long", LongSerializer.INSTANCE, true, 0L, -1L, 5000000000L, Long.MIN_VALUE, Long.MAX_VALUE);
    emit("char", CharSerializer.INSTANCE, true, 'a', '\0', '\ud800', '\uffff');
    emit("float", FloatSerializer.INSTANCE, true, 0f, -0f, 1.5f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE);
    emit("double", DoubleSerializer.INSTANCE, true, 0d, -0d, 1.5, Double.NaN, Double.POSITIVE_INFINITY, Math.PI);
    String longer = "";
    for (int i = 0; i < 40; i++) longer += "0123456789";
    emit("string", StringSerializer.INSTANCE, true, "", "hello", "\0", "caf\u00e9", "\u20ac 100", "\ud834\udd1e clef", "x\ud800", "\udc00y", "\udc00\ud800",
        "12345678", "1234567\u0400", "\uffff\u3fff\u4000\u007f\u0080", longer, null);
    emit("BooleanValue", BooleanValueSerializer.INSTANCE, true, new BooleanValue(true), new BooleanValue(false));
    emit("ByteValue", ByteValueSerializer.INSTANCE, true, new ByteValue((byte) -3));
    emit("ShortValue", ShortValueSerializer.INSTANCE, true, new ShortValue((short) -3));
    emit("IntValue", IntValueSerializer.INSTANCE, true, new IntValue(-3));
    emit("LongValue", LongValueSerializer.INSTANCE, true, new LongValue(-3), new LongValue(5000000000L));
    emit("CharValue", CharValueSerializer.INSTANCE, true, new CharValue('x'));
    emit("FloatValue", FloatValueSerializer.INSTANCE, true, new FloatValue(1.5f));
    emit("DoubleValue", DoubleValueSerializer.INSTANCE, true, new DoubleValue(1.5));
    emit("StringValue", StringValueSerializer.INSTANCE, true, new StringValue(""), new StringValue("hello"), new StringValue("\u20ac"));
    emit("NullValue", NullValueSerializer.INSTANCE, true, NullValue.getInstance());
    emit("CopyableNullValue", (TypeSerializer) new CopyableValueSerializer(NullValue.class), true, NullValue.getInstance());
    emit("CopyableLongValue", (TypeSerializer) new CopyableValueSerializer(LongValue.class), true, new LongValue(7));
    emit("bigint", BigIntSerializer.INSTANCE, true, BigInteger.ZERO, BigInteger.ONE, BigInteger.TEN, BigInteger.valueOf(-1), BigInteger.valueOf(127), BigInteger.valueOf(128),
        BigInteger.valueOf(-128), BigInteger.valueOf(-129), BigInteger.valueOf(255), BigInteger.valueOf(-256), BigInteger.valueOf(Long.MIN_VALUE), new BigInteger("123456789012345678901234567890"), new BigInteger("-98765432109876543210"), null);
    emit("bigdec", BigDecSerializer.INSTANCE, true, BigDecimal.ZERO, BigDecimal.ONE, BigDecimal.TEN, new BigDecimal("1.0"), new BigDecimal("1.0E+4"), new BigDecimal("-123456789012345678901234567890.123"), new BigDecimal("-1.50"), null);
    emit("date", DateSerializer.INSTANCE, true, new Date(1580382960L), new Date(-1L), null);
    emit("sql-date", SqlDateSerializer.INSTANCE, true, new java.sql.Date(1580382960000L), null);
    emit("sql-time", SqlTimeSerializer.INSTANCE, true, new java.sql.Time(3600000L), null);
    java.sql.Timestamp ts = new java.sql.Timestamp(1580382960123L); ts.setNanos(960000001);
    emit("sql-timestamp", SqlTimestampSerializer.INSTANCE, true, ts, new java.sql.Timestamp(-1L), null);
    emit("instant", InstantSerializer.INSTANCE, true, Instant.ofEpochSecond(-1, 5), Instant.MIN, Instant.MAX, Instant.EPOCH, null);
    emit("local-date", LocalDateSerializer.INSTANCE, true, LocalDate.of(-5, 12, 31), LocalDate.MIN, LocalDate.MAX, LocalDate.of(2024, 2, 29), null);
    emit("local-time", LocalTimeSerializer.INSTANCE, true, LocalTime.of(23, 59, 58, 7), LocalTime.MIN, LocalTime.MAX, null);
    emit("local-date-time", LocalDateTimeSerializer.INSTANCE, true, LocalDateTime.of(1969, 7, 20, 20, 17, 40, 5), LocalDateTime.MIN, LocalDateTime.MAX, null);
    emit("void", VoidSerializer.INSTANCE, false, (Void) null);
    emit("boolean[]", BooleanPrimitiveArraySerializer.INSTANCE, false, new boolean[] {}, new boolean[] {true, false});
    emit("bytes", BytePrimitiveArraySerializer.INSTANCE, false, new byte[] {}, new byte[] {1, -1});
    emit("short[]", ShortPrimitiveArraySerializer.INSTANCE, false, new short[] {1, -1});
    emit("int[]", IntPrimitiveArraySerializer.INSTANCE, false, new int[] {1, -1});
    emit("long[]", LongPrimitiveArraySerializer.INSTANCE, false, new long[] {1, -1});
    emit("float[]", FloatPrimitiveArraySerializer.INSTANCE, false, new float[] {1, -1});
    emit("double[]", DoublePrimitiveArraySerializer.INSTANCE, false, new double[] {1, -1});
    emit("char[]", CharPrimitiveArraySerializer.INSTANCE, false, new char[] {'a', '\uffff'});
    emit("string[]", StringArraySerializer.INSTANCE, false, new String[] {}, new String[] {"a", null, "\u20ac"});
    emit("tuple0", Tuple0Serializer.INSTANCE, true, Tuple0.INSTANCE);
    emit("VoidNamespace", org.apache.flink.runtime.state.VoidNamespaceSerializer.INSTANCE, false, org.apache.flink.runtime.state.VoidNamespace.INSTANCE);
    emit("window", new org.apache.flink.streaming.api.windowing.windows.TimeWindow.Serializer(), true, new org.apache.flink.streaming.api.windowing.windows.TimeWindow(12345, 67890), new org.apache.flink.streaming.api.windowing.windows.TimeWindow(Long.MIN_VALUE, -1));
    emit("global-window", new org.apache.flink.streaming.api.windowing.windows.GlobalWindow.Serializer(), true, org.apache.flink.streaming.api.windowing.windows.GlobalWindow.get());

    emit("list", new ListSerializer<>(StringSerializer.INSTANCE), true, List.of(), List.of("a", "b"), Arrays.asList("a", null, ","));
    emit("list of nullable", new ListSerializer<>(NullableSerializer.wrap(LongSerializer.INSTANCE, false)), true, Arrays.asList(1L, null, -1L));
    Map<String, Long> m = new LinkedHashMap<>(); m.put("a", 1L); m.put("b", null); m.put("", -5L);
    emit("map", new MapSerializer<>(StringSerializer.INSTANCE, LongSerializer.INSTANCE), true, m, Map.of());
    emit("array", new GenericArraySerializer<>(Integer.class, IntSerializer.INSTANCE), false, new Integer[] {1, null, 2}, new Integer[0]);
    emit("nullable padded", NullableSerializer.wrap(IntSerializer.INSTANCE, true), true, 1, null);
    emit("nullable", NullableSerializer.wrap(IntSerializer.INSTANCE, false), true, 1, null);
    emit("tuple2", (TypeSerializer) Types.TUPLE(Types.STRING, Types.INT).createSerializer(cfg()), true, Tuple2.of("a", 1), Tuple2.of("", -1));
    emit("tuple1", (TypeSerializer) Types.TUPLE(Types.LONG).createSerializer(cfg()), true, Tuple1.of(5000000000L));
    emit("tuple3 fixed", (TypeSerializer) Types.TUPLE(Types.LONG, Types.INT, Types.BOOLEAN).createSerializer(cfg()), true, Tuple3.of(1L, 2, true));
    emit("tuple nested", (TypeSerializer) Types.TUPLE(Types.TUPLE(Types.INT, Types.STRING), Types.INSTANT, Types.BIG_DEC).createSerializer(cfg()), true, Tuple3.of(Tuple2.of(3, "x"), Instant.EPOCH, new BigDecimal("2.50")));
    emit("tuple of nothing", (TypeSerializer) new TupleSerializer(Tuple2.class, new TypeSerializer[] {NullValueSerializer.INSTANCE, IntSerializer.INSTANCE}), true, Tuple2.of(NullValue.getInstance(), 4));
    emit("either", (TypeSerializer) Types.EITHER(Types.STRING, Types.LONG).createSerializer(cfg()), true, Either.Left("x"), Either.Right(9L));
    emit("enum", new EnumSerializer<>(Color.class), false, Color.RED, Color.BLUE);
    RowTypeInfo rt = (RowTypeInfo) Types.ROW(Types.INT, Types.STRING, Types.LIST(Types.LONG), Types.PRIMITIVE_ARRAY(Types.INT), Types.OBJECT_ARRAY(Types.STRING), Types.MAP(Types.STRING, Types.INT), Types.ROW(Types.INT), Types.PRIMITIVE_ARRAY(Types.BYTE));
    TypeSerializer<Row> rs = rt.createSerializer(cfg());
    Row full = Row.ofKind(RowKind.UPDATE_BEFORE, 1, "x", List.of(1L, 2L), new int[] {3}, new String[] {"a", null}, Map.of("k", 4), Row.of(5), new byte[] {-1});
    Row del = Row.ofKind(RowKind.DELETE, null, "x", null, null, null, null, null, null);
    emit("row", rs, true, full, del, Row.ofKind(RowKind.UPDATE_AFTER, new Object[8]), new Row(8));

    TypeInformation<Point> pt = TypeInformation.of(Point.class);
    emit("pojo", pt.createSerializer(cfg()), false, new Point(1, 2, 3, "four", true, null), new Point(-1, 0, Double.NaN, null, false, "\u20ac"), null);
    Base base = new Base(); base.a = 1; base.s = "b";
    Reg reg = new Reg(); reg.a = 2; reg.s = "r"; reg.r = 3;
    Unreg un = new Unreg(); un.a = 4; un.s = null; un.u = 5;
    emit("pojo subclasses", TypeInformation.of(Base.class).createSerializer(registered()), false, base, reg, un);

    emit("ttl", (TypeSerializer) new org.apache.flink.runtime.state.ttl.TtlStateFactory.TtlSerializer<>(LongSerializer.INSTANCE, StringSerializer.INSTANCE), false, ttl(13, "x"), ttl(-1, null));
    emit("timer", new org.apache.flink.streaming.api.operators.TimerSerializer<>(StringSerializer.INSTANCE, IntSerializer.INSTANCE), false,
        new org.apache.flink.streaming.api.operators.TimerHeapInternalTimer<>(12345, "key", 678), new org.apache.flink.streaming.api.operators.TimerHeapInternalTimer<>(Long.MIN_VALUE, "", -1));
    org.apache.flink.streaming.runtime.streamrecord.StreamElementSerializer es = new org.apache.flink.streaming.runtime.streamrecord.StreamElementSerializer<>(StringSerializer.INSTANCE);
    emit("element", es, false, new org.apache.flink.streaming.runtime.streamrecord.StreamRecord<>("a", 5), new org.apache.flink.streaming.runtime.streamrecord.StreamRecord<>("b"),
        new org.apache.flink.streaming.api.watermark.Watermark(7), new org.apache.flink.streaming.runtime.streamrecord.LatencyMarker(1, new org.apache.flink.runtime.jobgraph.OperatorID(2, 3), 4),
        org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus.IDLE, new org.apache.flink.streaming.runtime.streamrecord.RecordAttributes(true));
    avro();
    emit("java", new org.apache.flink.runtime.state.JavaSerializer<Serializable>(), true, "text", 5, 6L, 'c', true, 1.5);
    newer();
    out.close();
  }

  @SuppressWarnings({"unchecked","rawtypes"})
  static void newer() throws Exception {
    Class c = Class.forName("org.apache.flink.api.common.typeutils.base.SetSerializer");
    TypeSerializer<Set<String>> s = (TypeSerializer) c.getConstructor(TypeSerializer.class).newInstance(StringSerializer.INSTANCE);
    Set<String> set = new LinkedHashSet<>(Arrays.asList("a", null, "b"));
    emit("set", s, true, set, Set.of());
    Class b = Class.forName("org.apache.flink.types.bitmap.Bitmap");
    Object bits = b.getMethod("fromArray", int[].class).invoke(null, new int[] {1, 5, 70000});
    TypeSerializer bs = (TypeSerializer) Class.forName("org.apache.flink.api.common.typeutils.base.BitmapSerializer").getField("INSTANCE").get(null);
    emit("bitmap", bs, false, bits);
  }

  @SuppressWarnings({"unchecked","rawtypes"})
  static void avro() throws Exception {
    String json = "{\"type\":\"record\",\"name\":\"Rec\",\"namespace\":\"com.acme\",\"fields\":["
      + "{\"name\":\"z\",\"type\":\"boolean\"},{\"name\":\"i\",\"type\":\"int\"},{\"name\":\"l\",\"type\":\"long\"},{\"name\":\"f\",\"type\":\"float\"},{\"name\":\"d\",\"type\":\"double\"},"
      + "{\"name\":\"s\",\"type\":\"string\"},{\"name\":\"b\",\"type\":\"bytes\"},{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"Suit\",\"symbols\":[\"SPADES\",\"HEARTS\"]}},"
      + "{\"name\":\"x\",\"type\":{\"type\":\"fixed\",\"name\":\"Md\",\"size\":3}},{\"name\":\"a\",\"type\":{\"type\":\"array\",\"items\":[\"null\",\"long\",\"string\"]}},"
      + "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"values\":\"int\"}},{\"name\":\"u\",\"type\":[\"null\",\"com.acme.Rec\"]},{\"name\":\"o\",\"type\":\"int\",\"order\":\"ignore\"},"
      + "{\"name\":\"suit\",\"type\":[\"Suit\",\"Md\"]},{\"name\":\"n\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}}]}";
    org.apache.avro.Schema schema = new org.apache.avro.Schema.Parser().parse(json);
    org.apache.avro.generic.GenericRecord r = record(schema, null), outer = record(schema, r);
    ((org.apache.avro.generic.GenericData.Record) outer).put("s", new org.apache.avro.util.Utf8("na\u00efve \ud834\udd1e"));
    emit("avro", (TypeSerializer) new org.apache.flink.formats.avro.typeutils.AvroSerializer(org.apache.avro.generic.GenericRecord.class, schema), true, r, outer);
  }

  static org.apache.avro.generic.GenericRecord record(org.apache.avro.Schema schema, Object u) {
    org.apache.avro.generic.GenericData.Record r = new org.apache.avro.generic.GenericData.Record(schema);
    r.put("z", true); r.put("i", -1); r.put("l", 5000000000L); r.put("f", 1.5f); r.put("d", -0.0); r.put("s", "text");
    r.put("b", java.nio.ByteBuffer.wrap(new byte[] {1, -2, 3}));
    r.put("e", new org.apache.avro.generic.GenericData.EnumSymbol(schema.getField("e").schema(), "HEARTS"));
    r.put("x", new org.apache.avro.generic.GenericData.Fixed(schema.getField("x").schema(), new byte[] {7, 8, -9}));
    r.put("a", new ArrayList<>(Arrays.asList(1L, null, "s"))); 
    Map<String, Integer> m = new LinkedHashMap<>(); m.put("k", 1); m.put("kk", 2); r.put("m", m);
    r.put("u", u); r.put("o", 99);
    r.put("suit", new org.apache.avro.generic.GenericData.Fixed(schema.getField("x").schema(), new byte[] {1, 2, 3}));
    r.put("n", java.nio.ByteBuffer.wrap(new byte[] {1, 0}));
    return r;
  }

  static Object ttl(long t, String s) throws Exception { return org.apache.flink.runtime.state.ttl.TtlValue.class.getConstructor(Object.class, long.class).newInstance(s, t); }
  static SerializerConfig cfg() { return new SerializerConfigImpl(); }
  static SerializerConfig registered() { SerializerConfigImpl c = new SerializerConfigImpl(); c.registerPojoType(Reg.class); return c; }
}
