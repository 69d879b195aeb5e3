package ckpt.harness.unusual;

import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Raw state, which only its operator can read: keyed, in every third key group, and operator state in two partitions. */
final class Raw implements Case {
    private static final String UID = "raw";
    private static final List<Integer> KEYS = List.of(1, 2, 3, 4, 5);
    private static final ValueStateDescriptor<String> VALUE = new ValueStateDescriptor<>("beside", Types.STRING);

    @Override
    public String name() {
        return "raw";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("hashmap", "canonical", false, 2, 128, 0),
                new Params("rocksdb", "canonical", false, 2, 128, -1));
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        env.addSource(new Feed(0)).uid("feed").keyBy(n -> 0, Types.INT)
                .transform("raw", Types.LONG, new Operator()).uid(UID);
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        for (int k : KEYS) {
            rows.keyed(UID, "beside", "value", k, k, "value", "value " + k);
        }
    }

    @Override
    public Map<String, Object> facts(Params p) {
        return Json.object("raw", List.of(
                Json.object("operator", UID, "kind", "raw-keyed"), Json.object("operator", UID, "kind", "raw-operator")));
    }

    private static final class Operator extends Seeded {
        @Override
        protected boolean isUsingCustomRawKeyedState() {
            return true;
        }

        @Override
        void register() throws Exception {
            getPartitionedState(VALUE);
        }

        @Override
        void fill() throws Exception {
            for (int k : KEYS) {
                if (owns(k)) {
                    getPartitionedState(VALUE).update("value " + k);
                }
            }
        }

        @Override
        public void snapshotState(StateSnapshotContext context) throws Exception {
            var keyed = context.getRawKeyedOperatorStateOutput();
            for (int group : keyed.getKeyGroupList()) {
                if (group % 3 == 0) {
                    keyed.startNewKeyGroup(group);
                    keyed.write(("key group " + group).getBytes(StandardCharsets.UTF_8));
                }
            }
            var operator = context.getRawOperatorStateOutput();
            for (int i = 0; i < 2; i++) {
                operator.startNewPartition();
                operator.write(("partition " + subtask() + "." + i).getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
