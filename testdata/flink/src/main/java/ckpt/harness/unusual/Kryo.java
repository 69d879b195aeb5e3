package ckpt.harness.unusual;

import ckpt.harness.Feed;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import ckpt.harness.generate.Shown;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** States whose values Kryo writes: collections of the JDK, Optional, a class of the job's, and all of them declared as Object. */
final class Kryo implements Case {
    private static final String UID = "kryo";
    private static final TypeInformation<Object> ANY = Types.GENERIC(Object.class);
    private static final ValueStateDescriptor<Object> OBJECT = new ValueStateDescriptor<>("object", ANY);
    private static final ValueStateDescriptor<Parcel> PARCEL = new ValueStateDescriptor<>("parcel", Types.GENERIC(Parcel.class));
    private static final ValueStateDescriptor<Optional<?>> OPTIONAL = generic("optional", Optional.class);
    private static final ValueStateDescriptor<ArrayList<?>> ARRAY_LIST = generic("array-list", ArrayList.class);
    private static final ValueStateDescriptor<HashMap<?, ?>> HASH_MAP = generic("hash-map", HashMap.class);
    private static final ListStateDescriptor<Object> LIST = new ListStateDescriptor<>("list", ANY);
    private static final MapStateDescriptor<String, Object> MAP = new MapStateDescriptor<>("map", Types.STRING, ANY);

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> ValueStateDescriptor<T> generic(String name, Class<?> c) {
        return new ValueStateDescriptor<>(name, (TypeInformation) Types.GENERIC(c));
    }

    @Override
    public String name() {
        return "kryo";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("hashmap", "canonical", false, 1, 128, -1),
                new Params("hashmap", "checkpoint", true, 2, 128, 0),
                new Params("rocksdb", "canonical", true, 2, 128, 0),
                new Params("rocksdb", "checkpoint", false, 1, 128, 0));
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        env.addSource(new Feed(0)).uid("feed").keyBy(n -> n, Types.LONG)
                .transform("kryo", Types.LONG, new Operator()).uid(UID);
    }

    @Override
    public String types() {
        return Parcel.DESCRIPTION;
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        List<Object> all = objects();
        for (int i = 0; i < all.size(); i++) {
            long k = i;
            Object shown = Shown.of(all.get(i));
            rows.keyed(UID, "object", "value", k, k, "value", shown);
            rows.keyed(UID, "list", "list", k, k, "index", 0, "value", shown);
            rows.keyed(UID, "list", "list", k, k, "index", 1, "value", "and, then");
            rows.keyed(UID, "map", "map", k, k, "map_key", "of " + k, "value", shown);
            String state = all.get(i) instanceof Parcel ? "parcel" : all.get(i) instanceof Optional ? "optional"
                    : all.get(i).getClass() == ArrayList.class ? "array-list" : all.get(i).getClass() == HashMap.class ? "hash-map" : null;
            if (state != null) {
                rows.keyed(UID, state, "value", k, k, "value", shown);
            }
        }
    }

    /** The object of key i is object i. */
    private static List<Object> objects() {
        Map<String, Object> linked = new LinkedHashMap<>();
        linked.put("one", 1L);
        linked.put("null", null);
        linked.put("list", new ArrayList<>(List.of("nested", 2)));
        return List.of(
                new ArrayList<>(Arrays.asList("a", null, -1, 1L << 40, true)),
                new LinkedList<>(List.of("linked", ",")),
                new ArrayDeque<>(List.of(1, 2, 300)),
                new HashSet<>(List.of("only")),
                new HashMap<>(Map.of("key", "value")),
                new HashMap<>(Map.of(7, 1.5)),
                linked,
                new TreeMap<>(Map.of("a", 1, "b", 2, "c", 3)),
                Optional.of("there"),
                Optional.empty(),
                Optional.of(new ArrayList<>(List.of("in", "side"))),
                new BigDecimal("-12.50"),
                "text \u00fc\ud83d\ude00",
                new Parcel("full", 1_500, 1L << 33, new ArrayList<>(List.of("oslo", "quito")), Optional.of("fragile"),
                        new HashMap<>(Map.of("books", 12))),
                new Parcel("", 0, null, null, Optional.empty(), null),
                new Parcel("outer", -1, 0L, new LinkedList<>(), Optional.of(5),
                        new Parcel("inner", 1, null, new ArrayList<>(List.of("")), null, "in")));
    }

    private static final class Operator extends Seeded {
        @Override
        void register() throws Exception {
            for (var d : List.of(OBJECT, PARCEL, OPTIONAL, ARRAY_LIST, HASH_MAP)) {
                getPartitionedState(d);
            }
            getPartitionedState(LIST);
            getPartitionedState(MAP);
        }

        @Override
        void fill() throws Exception {
            List<Object> all = objects();
            for (int i = 0; i < all.size(); i++) {
                if (owns((long) i)) {
                    keep("of " + i, all.get(i));
                }
            }
        }

        private void keep(String name, Object o) throws Exception {
            getPartitionedState(OBJECT).update(o);
            ListState<Object> list = getPartitionedState(LIST);
            list.add(o);
            list.add("and, then");
            getPartitionedState(MAP).put(name, o);
            if (o instanceof Parcel p) {
                getPartitionedState(PARCEL).update(p);
            } else if (o instanceof Optional<?> maybe) {
                getPartitionedState(OPTIONAL).update(maybe);
            } else if (o.getClass() == ArrayList.class) {
                getPartitionedState(ARRAY_LIST).update((ArrayList<?>) o);
            } else if (o.getClass() == HashMap.class) {
                getPartitionedState(HASH_MAP).update((HashMap<?, ?>) o);
            }
        }
    }
}
