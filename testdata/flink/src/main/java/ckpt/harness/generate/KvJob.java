package ckpt.harness.generate;

import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import ckpt.harness.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Every kind of keyed state under four types of key. The operator {@code long-keys} has each kind twice, with and without TTL;
 * the others have value, list and map.
 */
final class KvJob implements Job {
    static final List<KeyCase<?>> OTHERS = List.of(KeyCase.STRING, KeyCase.TUPLE, KeyCase.POJO);

    @Override
    public String name() {
        return "kv";
    }

    @Override
    public long build(StreamExecutionEnvironment env, Params p) {
        long n = attach(env, KeyCase.LONG, new AllKinds(nullValues(p)));
        for (KeyCase<?> c : OTHERS) {
            n += attach(env, c, new ThreeKinds<>());
        }
        return n;
    }

    static <K> long attach(StreamExecutionEnvironment env, KeyCase<K> c, KeyedProcessFunction<K, Long, Long> f) {
        int n = c.keys().size();
        DataStream<Long> in = env.addSource(new Feed(n), "feed", Types.LONG).uid("feed-" + c.uid());
        in.keyBy(new KeyCase.Selector<>(c), c.type()).process(f, Types.LONG).uid(c.uid()).name(c.uid())
                .process(new Seen<>(), Types.VOID).uid("seen-" + c.uid());
        return n;
    }

    /** The heap backend cannot write null map values into a canonical savepoint. */
    static boolean nullValues(Params p) {
        return p.rocksdb() || !p.canonical();
    }

    // What key i holds. Lists have elements whose bytes contain the list separator, 0x2C.

    static long value(int i) {
        return i * 1_000_003L - 7;
    }

    static List<String> list(int i) {
        return List.of("first", ",", "", ",,a,,", "\ud83d\ude00\0\u00fc,").subList(0, 1 + i % 5);
    }

    static List<Integer> numbers(int i) {
        return List.of(0x2c2c2c2c, 0x2c, -1, i);
    }

    static Map<String, Long> map(int i, boolean nulls) {
        Map<String, Long> m = new LinkedHashMap<>();
        for (int j = 0; j <= i % 4; j++) {
            m.put(j == 0 ? "" : "k" + j, nulls && j == 2 ? null : i * 100L + j);
        }
        return m;
    }

    static Map<String, String> texts(int i) {
        Map<String, String> m = new LinkedHashMap<>();
        m.put("a", "text " + i);
        m.put("null", null);
        return m;
    }

    static Map<Tuple2<Integer, Long>, List<String>> grid(int i) {
        Map<Tuple2<Integer, Long>, List<String>> m = new LinkedHashMap<>();
        m.put(Tuple2.of(i, -1L), list(i));
        m.put(Tuple2.of(-i - 1, 44L), List.of());
        return m;
    }

    @Override
    public void expect(Rows rows, Params p, Map<String, Object> written) {
        for (int i = 0; i < KeyCase.LONG.keys().size(); i++) {
            Keyed at = new Keyed(rows, KeyCase.LONG, i);
            at.value("value", "value", value(i));
            at.list("list", list(i));
            at.list("numbers", numbers(i));
            at.map("map", map(i, nullValues(p)));
            at.map("grid", grid(i));
            at.value("reducing", "reducing", 3L * i + 3);
            at.value("aggregating", "aggregating", Tuple2.of(2L, 2L * i + 1));
            at = at.written(written);
            at.value("ttl-value", "value", value(i));
            at.list("ttl-list", list(i));
            at.map("ttl-map", texts(i));
            at.value("ttl-reducing", "reducing", 3L * i + 3);
            at.value("ttl-aggregating", "aggregating", Tuple2.of(2L, 2L * i + 1));
        }
        for (KeyCase<?> c : OTHERS) {
            for (int i = 0; i < c.keys().size(); i++) {
                Keyed at = new Keyed(rows, c, i);
                at.value("value", "value", value(i));
                if (!KeyCase.LONG_TEXT.equals(c.keys().get(i))) {
                    at.list("list", list(i));
                    at.map("map", map(i, false));
                }
            }
        }
    }

    @Override
    public Map<String, Object> emptyCollections(Params p) {
        return p.rocksdb() || p.canonical()
                ? Json.object()
                : Json.object("long-keys/emptied", KeyCase.LONG.keys().size());
    }

    /** Adds the rows of one key. */
    record Keyed(Rows rows, KeyCase<?> keys, int i, Map<String, Object> lastAccess) {
        Keyed(Rows rows, KeyCase<?> keys, int i) {
            this(rows, keys, i, null);
        }

        Keyed written(Map<String, Object> at) {
            return new Keyed(rows, keys, i, at);
        }

        void value(String state, String kind, Object v) {
            add(state, kind, v);
        }

        void list(String state, List<?> l) {
            for (int j = 0; j < l.size(); j++) {
                add(state, "list", l.get(j), "index", (long) j);
            }
        }

        void map(String state, Map<?, ?> m) {
            m.forEach((k, v) -> add(state, "map", v, "map_key", Shown.of(k)));
        }

        private void add(String state, String kind, Object v, Object... position) {
            Object key = keys.keys().get(i);
            Map<String, Object> r = rows.keyed(keys.uid(), state, kind, key, Shown.of(key), position);
            r.put("value", Shown.of(v));
            if (lastAccess != null) {
                r.put("last_access", lastAccess);
            }
        }
    }

    /** Sum and count, so that the accumulator differs from the result. */
    static final class Average implements AggregateFunction<Long, Tuple2<Long, Long>, Double> {
        @Override
        public Tuple2<Long, Long> createAccumulator() {
            return Tuple2.of(0L, 0L);
        }

        @Override
        public Tuple2<Long, Long> add(Long v, Tuple2<Long, Long> a) {
            return Tuple2.of(a.f0 + 1, a.f1 + v);
        }

        @Override
        public Double getResult(Tuple2<Long, Long> a) {
            return (double) a.f1 / a.f0;
        }

        @Override
        public Tuple2<Long, Long> merge(Tuple2<Long, Long> a, Tuple2<Long, Long> b) {
            return Tuple2.of(a.f0 + b.f0, a.f1 + b.f1);
        }
    }

    private static final class AllKinds extends KeyedProcessFunction<Long, Long, Long> {
        private final boolean nulls;
        private transient ValueState<Long> value, ttlValue;
        private transient ListState<String> list, ttlList;
        private transient ListState<Integer> numbers;
        private transient MapState<String, Long> map, emptied;
        private transient MapState<Tuple2<Integer, Long>, List<String>> grid;
        private transient MapState<String, String> ttlMap;
        private transient ReducingState<Long> reducing, ttlReducing;
        private transient AggregatingState<Long, Double> aggregating, ttlAggregating;

        AllKinds(boolean nulls) {
            this.nulls = nulls;
        }

        @Override
        public void open(OpenContext c) {
            var ctx = getRuntimeContext();
            value = ctx.getState(new ValueStateDescriptor<>("value", Types.LONG));
            list = ctx.getListState(new ListStateDescriptor<>("list", Types.STRING));
            numbers = ctx.getListState(new ListStateDescriptor<>("numbers", Types.INT));
            map = ctx.getMapState(new MapStateDescriptor<>("map", Types.STRING, Types.LONG));
            emptied = ctx.getMapState(new MapStateDescriptor<>("emptied", Types.STRING, Types.LONG));
            grid = ctx.getMapState(new MapStateDescriptor<>(
                    "grid", Types.TUPLE(Types.INT, Types.LONG), Types.LIST(Types.STRING)));
            reducing = ctx.getReducingState(new ReducingStateDescriptor<>("reducing", Long::sum, Types.LONG));
            aggregating = ctx.getAggregatingState(new AggregatingStateDescriptor<>(
                    "aggregating", new Average(), Types.TUPLE(Types.LONG, Types.LONG)));
            ttlValue = ctx.getState(ttl(new ValueStateDescriptor<>("ttl-value", Types.LONG)));
            ttlList = ctx.getListState(ttl(new ListStateDescriptor<>("ttl-list", Types.STRING)));
            ttlMap = ctx.getMapState(ttl(new MapStateDescriptor<>("ttl-map", Types.STRING, Types.STRING)));
            ttlReducing = ctx.getReducingState(ttl(new ReducingStateDescriptor<>("ttl-reducing", Long::sum, Types.LONG)));
            ttlAggregating = ctx.getAggregatingState(ttl(new AggregatingStateDescriptor<>(
                    "ttl-aggregating", new Average(), Types.TUPLE(Types.LONG, Types.LONG))));
        }

        private static <D extends StateDescriptor<?, ?>> D ttl(D d) {
            d.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(3650)).build());
            return d;
        }

        @Override
        public void processElement(Long record, Context ctx, Collector<Long> out) throws Exception {
            int i = record.intValue();
            value.update(value(i));
            list.update(list(i));
            for (Integer n : numbers(i)) {
                numbers.add(n);
            }
            for (var e : map(i, nulls).entrySet()) {
                map.put(e.getKey(), e.getValue());
            }
            emptied.putAll(Map.of());
            grid.putAll(grid(i));
            for (long v = i; v <= i + 2; v++) {
                reducing.add(v);
                ttlReducing.add(v);
            }
            for (long v = i; v <= i + 1; v++) {
                aggregating.add(v);
                ttlAggregating.add(v);
            }
            ttlValue.update(value(i));
            ttlList.addAll(list(i));
            for (var e : texts(i).entrySet()) {
                ttlMap.put(e.getKey(), e.getValue());
            }
            out.collect(record);
        }
    }

    private static final class ThreeKinds<K> extends KeyedProcessFunction<K, Long, Long> {
        private transient ValueState<Long> value;
        private transient ListState<String> list;
        private transient MapState<String, Long> map;

        @Override
        public void open(OpenContext c) {
            value = getRuntimeContext().getState(new ValueStateDescriptor<>("value", Types.LONG));
            list = getRuntimeContext().getListState(new ListStateDescriptor<>("list", Types.STRING));
            map = getRuntimeContext().getMapState(new MapStateDescriptor<>("map", Types.STRING, Types.LONG));
        }

        @Override
        public void processElement(Long record, Context ctx, Collector<Long> out) throws Exception {
            int i = record.intValue();
            value.update(value(i));
            if (!KeyCase.LONG_TEXT.equals(ctx.getCurrentKey())) { // 64 KiB once is enough
                list.update(new ArrayList<>(list(i)));
                map.putAll(map(i, false));
            }
            out.collect(record);
        }
    }
}
