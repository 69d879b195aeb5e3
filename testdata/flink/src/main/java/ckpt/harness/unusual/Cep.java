package ckpt.harness.unusual;

import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import ckpt.harness.generate.Shown;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/**
 * Patterns half matched: each key has begun with "begin", the even ones went on with "middle", and no "end" has come but
 * behind the last watermark, where events wait for their time.
 */
final class Cep implements Case {
    private static final String UID = "match";
    private static final int KEYS = 6;
    private static final List<String> NAMES = List.of("begin", "middle", "end");
    private static final TypeInformation<Tuple3<Long, String, Integer>> EVENT = Types.TUPLE(Types.LONG, Types.STRING, Types.INT);
    private static final long START = 1_700_000_000_000L, STEP = 1_000;

    @Override
    public String name() {
        return "cep";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("hashmap", "canonical", false, 1, 128, -1),
                new Params("hashmap", "checkpoint", true, 1, 128, 0),
                new Params("rocksdb", "canonical", true, 2, 128, 0),
                new Params("rocksdb", "checkpoint", false, 1, 128, 0));
    }

    @Override
    public long records(Params p) {
        return NAMES.size() * KEYS;
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        var events = env.addSource(new Feed(records(p))).uid("feed").setParallelism(1)
                .transform("clock", EVENT, new Clock<>(new Events())).uid("clock").setParallelism(1);
        Pattern<Tuple3<Long, String, Integer>, ?> pattern = Pattern.<Tuple3<Long, String, Integer>>begin("begin").where(new Is("begin"))
                .followedBy("middle").where(new Is("middle"))
                .followedBy("end").where(new Is("end"));
        CEP.pattern(events.keyBy(e -> e.f0, Types.LONG), pattern).process(new Matched(), Types.LONG).uid(UID);
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        for (long k = 0; k < KEYS; k++) {
            boolean middle = k % 2 == 0;
            Object first = id(time(0, k)), second = id(time(1, k));
            Object afterFirst = Json.object("event", first, "page", "begin"), afterSecond = Json.object("event", second, "page", "middle");
            List<Object> partial = List.of(
                    middle
                            ? state("end", afterSecond, List.of(1, 0, 0), time(0, k), time(1, k), first)
                            : state("middle", afterFirst, List.of(1, 0), time(0, k), time(0, k), first),
                    state("begin", null, List.of(2), -1L, -1L, null)); // by their first events; what has none comes last
            keyed(rows, "nfaStateName", "value", k, null, Json.object("partialMatches", partial, "completedMatches", List.of()));
            event(rows, 0, k, 1);
            entry(rows, k, afterFirst, 1, Json.object("target", null, "version", List.of(1)));
            if (middle) {
                event(rows, 1, k, 1);
                entry(rows, k, afterSecond, 1, Json.object("target", afterFirst, "version", List.of(1, 0)));
            }
            List<Object> waiting = List.of(Shown.of(new Events().value(number(2, k))));
            keyed(rows, "eventQueuesStateName", "map", k, time(2, k), waiting);
            rows.keyed(UID, "_timer_state/event_watermark-callbacks", "timer", k, k, "timestamp", time(2, k));
        }
    }

    private static void event(Rows rows, int row, long k, int references) {
        keyed(rows, "sharedBuffer-events", "map", k, id(time(row, k)),
                Json.object("references", references, "element", Shown.of(new Events().value(number(row, k)))));
    }

    /** Each edge is locked by those who lead through its node, as the node itself is. */
    private static void entry(Rows rows, long k, Object node, int references, Object edge) {
        keyed(rows, "sharedBuffer-entries-with-lockable-edges", "map", k, node,
                Json.object("references", references, "element", List.of(Json.object("references", references, "element", edge))));
    }

    private static void keyed(Rows rows, String state, String kind, long k, Object mapKey, Object value) {
        Map<String, Object> row = rows.keyed(UID, state, kind, k, k);
        if (mapKey != null) {
            row.put("map_key", mapKey);
        }
        row.put("value", value);
    }

    private static Map<String, Object> id(long timestamp) {
        return Json.object("id", 0, "timestamp", timestamp);
    }

    private static Map<String, Object> state(String name, Object previous, List<Integer> version, long start, long last, Object event) {
        return Json.object("state", name, "previous", previous, "version", version, "startTimestamp", start,
                "previousTimestamp", last, "startEvent", event);
    }

    /** The events come row by row: all that begin, the middles, the ends. */
    private static long number(int row, long k) {
        return row * KEYS + k;
    }

    private static long time(int row, long k) {
        return START + row * STEP + k;
    }

    private static final class Events implements Clock.Events<Tuple3<Long, String, Integer>> {
        @Override
        public Tuple3<Long, String, Integer> value(long i) {
            long k = i % KEYS;
            String name = NAMES.get((int) i / KEYS);
            return Tuple3.of(k, name.equals("middle") && k % 2 != 0 ? "other" : name, (int) i);
        }

        @Override
        public Long timestamp(long i) {
            return time((int) i / KEYS, i % KEYS);
        }

        @Override
        public Long watermark(long i) {
            return i == 2 * KEYS - 1 ? START + 2 * STEP - 1 : null;
        }
    }

    private static final class Is extends SimpleCondition<Tuple3<Long, String, Integer>> {
        private final String name;

        Is(String name) {
            this.name = name;
        }

        @Override
        public boolean filter(Tuple3<Long, String, Integer> event) {
            return event.f1.equals(name);
        }
    }

    private static final class Matched extends PatternProcessFunction<Tuple3<Long, String, Integer>, Long> {
        @Override
        public void processMatch(Map<String, List<Tuple3<Long, String, Integer>>> match, Context c, Collector<Long> out) {
            throw new IllegalStateException("no pattern is complete: " + match);
        }
    }
}
