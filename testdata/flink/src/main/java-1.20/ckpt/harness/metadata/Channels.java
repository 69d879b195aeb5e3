package ckpt.harness.metadata;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.AbstractChannelStateHandle;

/** Channel state as Flink 1.x has it: one handle a channel. */
final class Channels {
    private Channels() {}

    static List<AbstractChannelStateHandle<?>> inputs(OperatorSubtaskState s) {
        return new ArrayList<>(s.getInputChannelState());
    }

    static List<AbstractChannelStateHandle<?>> outputs(OperatorSubtaskState s) {
        return new ArrayList<>(s.getResultSubpartitionState());
    }
}
