package ckpt.harness.restore;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/**
 * An operator to be restored.
 *
 * @param shown how rows name it: its uid if that is known, else its id
 * @param key null if it has no keyed state
 * @param states the union over all subtasks
 */
record OperatorSpec(
        String shown, String id, int parallelism, int maxParallelism, TypeSerializer<Object> key, List<StateSpec> states)
        implements Serializable {

    /** {@code uid} is null if it is not known. */
    @SuppressWarnings("unchecked")
    static OperatorSpec of(OperatorState s, String uid) throws IOException {
        String id = s.getOperatorID().toString();
        TypeSerializer<Object> key = null;
        Map<String, StateSpec> states = new LinkedHashMap<>();
        for (OperatorSubtaskState t : s.getStates()) {
            for (KeyedStateHandle h : t.getManagedKeyedState()) {
                Header header = Header.keyed(h);
                if (key == null && header.key() != null) {
                    key = (TypeSerializer<Object>) header.key().restoreSerializer();
                }
                add(states, header);
            }
            for (OperatorStateHandle h : t.getManagedOperatorState()) {
                add(states, Header.operator(h));
            }
        }
        return new OperatorSpec(uid == null ? id : uid, id, s.getParallelism(), s.getMaxParallelism(), key,
                new ArrayList<>(states.values()));
    }

    private static void add(Map<String, StateSpec> states, Header h) {
        for (StateMetaInfoSnapshot m : h.states()) {
            states.computeIfAbsent(Header.kind(m) + "/" + m.getName(), k -> StateSpec.of(m));
        }
    }
}
