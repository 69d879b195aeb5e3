package ckpt.harness.metadata;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.AbstractChannelStateHandle;
import org.apache.flink.runtime.state.ChannelStateHelper;

/** Channel state of Flink 2.x, which may have many channels in one handle, as one handle a channel. */
final class Channels {
    private Channels() {}

    static List<AbstractChannelStateHandle<?>> inputs(OperatorSubtaskState s) {
        return new ArrayList<>(ChannelStateHelper.extractUnmergedInputHandles(s));
    }

    static List<AbstractChannelStateHandle<?>> outputs(OperatorSubtaskState s) {
        return new ArrayList<>(ChannelStateHelper.extractUnmergedOutputHandles(s));
    }
}
