import java.util.HexFormat;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Nil$;

/**
 * Writes kryo-scala-1.20.4.txt: what Flink's Kryo serializer makes of Scala values where Flink's Scala registrations are
 * loaded: name, hash code, bytes, text.
 *
 * <p>Compile and run with flink-core 1.20.4 and its dependencies, flink-scala_2.12 1.20.4, chill_2.12 0.7.6 and
 * scala-library 2.12.7 on the class path, with --add-opens for java.lang, java.util and java.util.regex.
 */
@SuppressWarnings({"unchecked", "rawtypes"})
public class ScalaKryoVectors {
  static void emit(String name, boolean hash, Object v, String text) {
    DataOutputSerializer out = new DataOutputSerializer(64);
    try {
      new KryoSerializer<>(Object.class, new SerializerConfigImpl()).serialize(v, out);
    } catch (Throwable e) {
      System.err.println(name + ": " + e);
      return;
    }
    System.out.println("value " + name + " " + (hash ? v.hashCode() : "-") + " " + HexFormat.of().formatHex(out.getCopyOfBuffer()) + " " + text);
  }

  static scala.collection.immutable.List list(Object... all) {
    scala.collection.immutable.List l = (scala.collection.immutable.List) (Object) Nil$.MODULE$;
    for (int i = all.length - 1; i >= 0; i--) l = l.$colon$colon(all[i]);
    return l;
  }

  public static void main(String[] args) {
    emit("int", true, 5, "5");
    emit("some", true, new scala.Some<>("x"), "'x'");
    emit("none", false, scala.None$.MODULE$, "null");
    emit("left", true, new scala.util.Left<>("x"), "'x'");
    emit("right", true, new scala.util.Right<>(1), "1");
    emit("list", false, list(1, "x", null), "[1 'x' null]");
    emit("nil", false, Nil$.MODULE$, "[]");
    emit("vector", false, list("a", "b").toVector(), "['a' 'b']");
    emit("set1", false, list("a").toSet(), "['a']");
    emit("set4", false, list(1, 2, 3, 4).toSet(), "[1 2 3 4]");
    emit("hash-set", false, list(1, 2, 3, 4, 5).toSet(), "[5 1 2 3 4]");
    emit("set0", false, list().toSet(), "[]");
    scala.collection.immutable.Map m = (scala.collection.immutable.Map) (Object) Map$.MODULE$.empty();
    emit("map0", false, m, "{}");
    emit("map1", false, m.$plus(new scala.Tuple2<>("k", 1)), "{'k'=1}");
    for (int i = 0; i < 5; i++) m = m.$plus(new scala.Tuple2(i, (long) i));
    emit("hash-map", false, m, "{0=0L 1=1L 2=2L 3=3L 4=4L}");
    emit("tuple1", true, new scala.Tuple1<>("a"), "(_1='a')");
    emit("tuple2", true, new scala.Tuple2<>("a", 1L), "(_1='a' _2=1L)");
    emit("tuple3", true, new scala.Tuple3<>("x", null, true), "(_1='x' _2=null _3=true)");
    emit("tuple2-long-int", true, new scala.Tuple2$mcJI$sp(5000000000L, 7), "(_1=5000000000L _2=7)");
    emit("tuple2-doubles", true, new scala.Tuple2$mcDD$sp(1.5, -2), "(_1=d3ff8000000000000 _2=dc000000000000000)");
    emit("tuple1-int", true, new scala.Tuple1$mcI$sp(3), "(_1=3)");
    emit("symbol", false, scala.Symbol$.MODULE$.apply("sym"), "'sym'");
    emit("unit", false, scala.runtime.BoxedUnit.UNIT, "null");
    emit("list-buffer", false, new scala.collection.mutable.ListBuffer().$plus$eq((Object) "a").$plus$eq((Object) 2), "['a' 2]");
    emit("array-buffer", false, new scala.collection.mutable.ArrayBuffer().$plus$eq((Object) "a"), "['a']");
    scala.collection.mutable.HashMap mm = new scala.collection.mutable.HashMap();
    mm.put("a", 1);
    emit("mutable-map", false, mm, "{'a'=1}");
    emit("queue", false, ((scala.collection.immutable.Queue) (Object) scala.collection.immutable.Queue$.MODULE$.empty()).enqueue((Object) "a"), "['a']");
    scala.collection.immutable.TreeSet ts = new scala.collection.immutable.TreeSet(scala.math.Ordering.String$.MODULE$);
    emit("tree-set", false, ts.$plus("b").$plus("a"), "['a' 'b']");
    scala.collection.immutable.TreeMap tm = new scala.collection.immutable.TreeMap(scala.math.Ordering.String$.MODULE$);
    emit("tree-map", false, tm.$plus(new scala.Tuple2<>("k", 1)), "{'k'=1}");
    scala.collection.immutable.BitSet bits = scala.collection.immutable.BitSet$.MODULE$.empty();
    emit("bits-0", false, bits, "[]");
    emit("bits", false, bits.$plus(3).$plus(70).$plus(71), "[3 70 71]");
    scala.collection.mutable.BitSet mb = new scala.collection.mutable.BitSet();
    mb.add(3);
    mb.add(70);
    emit("mutable-bits", false, mb, "[3 70]");
    emit("wrapped-array", false, scala.Predef$.MODULE$.wrapRefArray(new String[] {"a", "b"}), "['a' 'b']");
    emit("wrapped-ints", false, scala.Predef$.MODULE$.wrapIntArray(new int[] {1, 2}), "[1 2]");
    emit("nested", false, list(new scala.Some<>(new scala.Tuple2<>("a", 1)), scala.None$.MODULE$), "[(_1='a' _2=1) null]");
  }
}
