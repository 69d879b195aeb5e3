package ckpt.harness.unusual;

import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * States of one name and different classes in one operator. Keyed state beside an operator list or beside broadcast state is
 * sound. With a list and broadcast state of one name Flink's own handle keeps the offsets of the broadcast state only: the
 * list's elements lie in the file but nothing points at them, and Flink cannot restore such an operator.
 *
 * <p>One operator has no uid, one has a union list.
 */
final class SameName implements Case {
    private static final List<String> KEYS = List.of("a", "b", "c", "d", "e");
    private static final ValueStateDescriptor<Long> KEYED = new ValueStateDescriptor<>("same", Types.LONG);
    private static final ListStateDescriptor<String> LIST = new ListStateDescriptor<>("same", Types.STRING);
    private static final ListStateDescriptor<Long> UNION = new ListStateDescriptor<>("union", Types.LONG);
    private static final MapStateDescriptor<String, Integer> BROADCAST =
            new MapStateDescriptor<>("same", Types.STRING, Types.INT);
    private static final int LISTED = 3;

    @Override
    public String name() {
        return "same-name";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("hashmap", "canonical", false, 2, 128, -1),
                new Params("rocksdb", "canonical", true, 2, 128, 0),
                new Params("hashmap", "checkpoint", true, 2, 128, -1));
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        var keyed = env.addSource(new Feed(0)).uid("feed").keyBy(n -> "", Types.STRING);
        keyed.transform("with-list", Types.LONG, new Operator(true, false, false)).uid("with-list");
        keyed.transform("with-broadcast", Types.LONG, new Operator(false, true, false)).uid("with-broadcast");
        keyed.transform("with-both", Types.LONG, new Operator(true, true, false)).uid("with-both");
        keyed.transform("without-uid", Types.LONG, new Operator(false, false, true));
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        for (String operator : List.of("with-list", "with-broadcast", "with-both", facts.withoutUid())) {
            for (String k : KEYS) {
                rows.keyed(operator, "same", "value", k, k, "value", (long) k.charAt(0));
            }
        }
        for (int subtask = 0; subtask < p.parallelism(); subtask++) {
            for (int i = 0; i < LISTED; i++) {
                rows.row("with-list", "same", "operator-list", "subtask", subtask, "index", i, "value", element(subtask, i));
                rows.row(facts.withoutUid(), "union", "operator-union",
                        "subtask", subtask, "index", i, "value", union(subtask, i));
            }
        }
        for (String operator : List.of("with-broadcast", "with-both")) {
            for (String k : KEYS) {
                rows.row(operator, "same", "broadcast", "subtask", 0, "map_key", k, "value", (int) k.charAt(0));
            }
        }
    }

    @Override
    public Map<String, Object> facts(Params p) {
        return Json.object("lost", List.of(Json.object("operator", "with-both", "state", "same", "kind", "operator-list")));
    }

    private static String element(int subtask, int i) {
        return "element " + subtask + "." + i;
    }

    private static long union(int subtask, int i) {
        return subtask * 100L + i;
    }

    private static final class Operator extends Seeded {
        private final boolean list, broadcast, union;

        Operator(boolean list, boolean broadcast, boolean union) {
            this.list = list;
            this.broadcast = broadcast;
            this.union = union;
        }

        @Override
        void register() throws Exception {
            getPartitionedState(KEYED);
            if (list) {
                list();
            }
            if (broadcast) {
                broadcast();
            }
            if (union) {
                union();
            }
        }

        @Override
        void fill() throws Exception {
            for (String k : KEYS) {
                if (owns(k)) {
                    getPartitionedState(KEYED).update((long) k.charAt(0));
                }
                if (broadcast) {
                    broadcast().put(k, (int) k.charAt(0));
                }
            }
            for (int i = 0; i < LISTED; i++) {
                if (list) {
                    list().add(element(subtask(), i));
                }
                if (union) {
                    union().add(SameName.union(subtask(), i));
                }
            }
        }

        private ListState<String> list() throws Exception {
            return getOperatorStateBackend().getListState(LIST);
        }

        private ListState<Long> union() throws Exception {
            return getOperatorStateBackend().getUnionListState(UNION);
        }

        private BroadcastState<String, Integer> broadcast() throws Exception {
            return getOperatorStateBackend().getBroadcastState(BROADCAST);
        }
    }
}
