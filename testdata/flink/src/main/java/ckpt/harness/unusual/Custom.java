package ckpt.harness.unusual;

import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Five states, keyed and again, under the same names, as operator lists; the second is written by a serializer that nobody
 * else knows. The heap backend orders states by the hash of their names, so the names are chosen for it.
 */
final class Custom implements Case {
    private static final String UID = "five";
    private static final List<String> KEYS = List.of("", "oslo", "cuzco", "quito", "lhasa", "la paz", "\u00fcr\u00fcmqi");
    static final List<String> STATES = List.of("hits", "visits", "total", "ranks", "amounts");
    private static final TypeInformation<Tuple2<Integer, String>> PAIR = Types.TUPLE(Types.INT, Types.STRING);

    private static final ValueStateDescriptor<Long> FIRST = new ValueStateDescriptor<>(STATES.get(0), Types.LONG);
    private static final ValueStateDescriptor<Temperature> SECOND =
            new ValueStateDescriptor<>(STATES.get(1), new TemperatureSerializer());
    private static final ListStateDescriptor<String> THIRD = new ListStateDescriptor<>(STATES.get(2), Types.STRING);
    private static final MapStateDescriptor<String, Long> FOURTH =
            new MapStateDescriptor<>(STATES.get(3), Types.STRING, Types.LONG);
    private static final ValueStateDescriptor<Tuple2<Integer, String>> FIFTH =
            new ValueStateDescriptor<>(STATES.get(4), PAIR);

    @Override
    public String name() {
        return "custom";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("rocksdb", "canonical", false, 1, 128, 0),
                new Params("hashmap", "canonical", false, 1, 128, -1),
                new Params("hashmap", "native", false, 1, 128, 0),
                new Params("hashmap", "checkpoint", true, 1, 128, 0));
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        env.addSource(new Feed(0)).uid("feed").keyBy(n -> "", Types.STRING)
                .transform("five", Types.LONG, new Operator()).uid(UID);
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        for (String k : KEYS) {
            rows.keyed(UID, STATES.get(0), "value", k, k, "value", number(k));
            rows.keyed(UID, STATES.get(1), "value", k, k, "value", temperature(k).shown());
            for (int i = 0; i < list(k).size(); i++) {
                rows.keyed(UID, STATES.get(2), "list", k, k, "index", i, "value", list(k).get(i));
            }
            rows.keyed(UID, STATES.get(3), "map", k, k, "map_key", k + "!", "value", number(k));
            rows.keyed(UID, STATES.get(4), "value", k, k, "value", Json.object("f0", k.length(), "f1", k));
        }
        for (int i = 0; i < KEYS.size(); i++) {
            String k = KEYS.get(i);
            list(rows, 0, i, number(k));
            list(rows, 1, i, temperature(k).shown());
            list(rows, 2, i, k);
            list(rows, 3, i, k.length());
            list(rows, 4, i, Json.object("f0", k.length(), "f1", k));
        }
    }

    private static void list(Rows rows, int state, int index, Object value) {
        rows.row(UID, STATES.get(state), "operator-list", "subtask", 0, "index", index, "value", value);
    }

    @Override
    public Map<String, Object> facts(Params p) {
        String how = p.canonical() ? "framed" : "blocks";
        return Json.object("opaque", List.of(
                Json.object("operator", UID, "state", STATES.get(1), "kind", "value",
                        "class", TemperatureSerializer.Snapshot.class.getName(), "effect", how),
                Json.object("operator", UID, "state", STATES.get(1), "kind", "operator-list",
                        "class", TemperatureSerializer.Snapshot.class.getName(), "effect", "framed")));
    }

    private static long number(String k) {
        return k.hashCode() * 1_000_003L;
    }

    private static Temperature temperature(String k) {
        return new Temperature(k, 273_150 + k.length());
    }

    private static List<String> list(String k) {
        return List.of(k, ",", "", k + ",");
    }

    private static final class Operator extends Seeded {
        @Override
        void register() throws Exception {
            getPartitionedState(FIRST);
            getPartitionedState(SECOND);
            getPartitionedState(THIRD);
            getPartitionedState(FOURTH);
            getPartitionedState(FIFTH);
            operatorList(0, Types.LONG);
            temperatures();
            operatorList(2, Types.STRING);
            operatorList(3, Types.INT);
            operatorList(4, PAIR);
        }

        private <T> ListState<T> operatorList(int state, TypeInformation<T> type) throws Exception {
            return getOperatorStateBackend().getListState(new ListStateDescriptor<>(STATES.get(state), type));
        }

        private ListState<Temperature> temperatures() throws Exception {
            return getOperatorStateBackend()
                    .getListState(new ListStateDescriptor<>(STATES.get(1), new TemperatureSerializer()));
        }

        @Override
        void fill() throws Exception {
            for (String k : KEYS) {
                if (owns(k)) {
                    getPartitionedState(FIRST).update(number(k));
                    getPartitionedState(SECOND).update(temperature(k));
                    getPartitionedState(THIRD).addAll(list(k));
                    getPartitionedState(FOURTH).put(k + "!", number(k));
                    getPartitionedState(FIFTH).update(Tuple2.of(k.length(), k));
                }
                operatorList(0, Types.LONG).add(number(k));
                temperatures().add(temperature(k));
                operatorList(2, Types.STRING).add(k);
                operatorList(3, Types.INT).add(k.length());
                operatorList(4, PAIR).add(Tuple2.of(k.length(), k));
            }
        }
    }
}
