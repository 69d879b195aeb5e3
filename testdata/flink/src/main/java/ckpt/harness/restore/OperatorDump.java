package ckpt.harness.restore;

import ckpt.harness.SourceBase;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/**
 * Restores an operator without keyed state and shows what it has. It is a source that ends at once: an operator of which some
 * subtasks had finished can neither follow nor be chained with one of which none had.
 */
final class OperatorDump extends SourceBase<Long> implements CheckpointedFunction {
    private final OperatorSpec spec;

    OperatorDump(OperatorSpec spec) {
        this.spec = spec;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        show(spec, context.getOperatorStateStore(), getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
    }

    /** Of broadcast state, which every subtask has whole, subtask 0 shows it; union lists show what each subtask is given. */
    static void show(OperatorSpec o, OperatorStateStore store, int subtask) throws Exception {
        for (StateSpec s : o.states()) {
            switch (s.kind()) {
                case "operator-list" -> elements(o, s, subtask, store.getListState(descriptor(s)).get().iterator());
                case "operator-union" -> elements(o, s, subtask, store.getUnionListState(descriptor(s)).get().iterator());
                case "broadcast" -> {
                    var state = store.getBroadcastState(new MapStateDescriptor<>(s.name(), s.key(), s.value()));
                    for (Map.Entry<Object, Object> e : state.entries()) {
                        if (subtask == 0) {
                            Dumped.operator(o, s, subtask, e.getValue(), "map_key", Dumped.shown(e.getKey()));
                        }
                    }
                }
                default -> {}
            }
        }
    }

    static ListStateDescriptor<Object> descriptor(StateSpec s) {
        return new ListStateDescriptor<>(s.name(), s.value());
    }

    private static void elements(OperatorSpec o, StateSpec s, int subtask, Iterator<Object> all) {
        for (long index = 0; all.hasNext(); index++) {
            Dumped.operator(o, s, subtask, all.next(), "index", index);
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {}

    @Override
    public void run(SourceContext<Long> out) {}

    @Override
    public void cancel() {}
}
