package ckpt.harness.unusual;

import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * An operator that fills its state when it opens for the first time: what is stored depends on the subtask alone, not on
 * records and their order. Restored, it only registers the same states again.
 */
abstract class Seeded extends AbstractStreamOperator<Long> implements OneInputStreamOperator<Long, Long> {
    private transient boolean restored;

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        restored = context.isRestored();
    }

    @Override
    public void open() throws Exception {
        super.open();
        register();
        if (!restored) {
            fill();
        }
    }

    /** Registers every state of this subtask. */
    abstract void register() throws Exception;

    /** Stores what this subtask holds. */
    abstract void fill() throws Exception;

    @Override
    public void processElement(StreamRecord<Long> element) {
        output.collect(element);
    }

    int subtask() {
        return getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    }

    /** Makes {@code key} the current one if it belongs to this subtask. */
    boolean owns(Object key) {
        var task = getRuntimeContext().getTaskInfo();
        int owner = KeyGroupRangeAssignment.assignKeyToParallelOperator(
                key, task.getMaxNumberOfParallelSubtasks(), task.getNumberOfParallelSubtasks());
        if (owner == task.getIndexOfThisSubtask()) {
            setCurrentKey(key);
            return true;
        }
        return false;
    }
}
