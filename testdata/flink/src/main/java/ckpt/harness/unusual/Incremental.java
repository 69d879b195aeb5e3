package ckpt.harness.unusual;

import ckpt.harness.Cluster;
import ckpt.harness.Feed;
import ckpt.harness.Params;
import ckpt.harness.Progress;
import ckpt.harness.Rows;
import java.util.List;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * State that changes between two incremental checkpoints: the second shares files of the first, overwrites, deletes and adds.
 * {@link #expect} says what the second contains, {@link #expectFirst} the first.
 */
final class Incremental implements Case {
    private static final String UID = "changing";
    private static final int FIRST = 200, OVERWRITTEN = 50, DELETED = 80, ALL = 230;
    private static final ValueStateDescriptor<String> VALUE = new ValueStateDescriptor<>("value", Types.STRING);
    private static final MapStateDescriptor<Integer, Long> MAP = new MapStateDescriptor<>("map", Types.INT, Types.LONG);

    @Override
    public String name() {
        return "incremental";
    }

    @Override
    public List<Params> captures() {
        return List.of(new Params("rocksdb", "checkpoint", false, 2, 128, 0));
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        env.addSource(new Feed(0)).uid("feed").keyBy(n -> n, Types.LONG)
                .transform("changing", Types.LONG, new Operator()).uid(UID);
    }

    void expectFirst(Rows rows) {
        for (long k = 0; k < FIRST; k++) {
            rows.keyed(UID, "value", "value", k, k, "value", "first " + k);
            rows.keyed(UID, "map", "map", k, k, "map_key", 1, "value", k);
        }
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        for (long k = 0; k < ALL; k++) {
            if (k < OVERWRITTEN || k >= DELETED) {
                rows.keyed(UID, "value", "value", k, k, "value", text(k));
                rows.keyed(UID, "map", "map", k, k, "map_key", 1, "value", k);
            }
            if (k < OVERWRITTEN) {
                rows.keyed(UID, "map", "map", k, k, "map_key", -1, "value", -k);
            }
        }
    }

    private static String text(long k) {
        return (k < OVERWRITTEN || k >= FIRST ? "second " : "first ") + k;
    }

    private static final class Operator extends Seeded {
        @Override
        void register() throws Exception {
            getPartitionedState(VALUE);
            getPartitionedState(MAP);
        }

        @Override
        void fill() throws Exception {
            for (long k = 0; k < FIRST; k++) {
                if (owns(k)) {
                    getPartitionedState(VALUE).update("first " + k);
                    getPartitionedState(MAP).put(1, k);
                }
            }
        }

        /** The second generation, as soon as the first is safe. */
        @Override
        public void notifyCheckpointComplete(long checkpoint) throws Exception {
            super.notifyCheckpointComplete(checkpoint);
            for (long k = 0; checkpoint == 1 && k < ALL; k++) {
                if (!owns(k)) {
                    continue;
                }
                if (k >= OVERWRITTEN && k < DELETED) {
                    getPartitionedState(VALUE).clear();
                    getPartitionedState(MAP).clear();
                } else {
                    getPartitionedState(VALUE).update(text(k));
                    getPartitionedState(MAP).put(1, k);
                }
                if (k < OVERWRITTEN) {
                    getPartitionedState(MAP).put(-1, -k);
                }
            }
            Progress.add();
        }
    }
}
