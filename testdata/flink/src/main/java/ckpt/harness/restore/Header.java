package ckpt.harness.restore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorBackendSerializationProxy;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.changelog.ChangelogStateBackendHandle;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.CommonOptionsKeys;

/**
 * What a state file says of its states, read by Flink's own reader.
 *
 * @param key the key's serializer; null in operator state
 */
public record Header(TypeSerializerSnapshot<?> key, List<StateMetaInfoSnapshot> states) {

    /** The header of a keyed handle; of a changelog that of what it has materialized. */
    public static Header keyed(KeyedStateHandle h) throws IOException {
        if (h instanceof ChangelogStateBackendHandle c) {
            return c.getMaterializedStateHandles().isEmpty()
                    ? new Header(null, List.of())
                    : keyed(c.getMaterializedStateHandles().get(0));
        }
        StreamStateHandle at = h instanceof KeyGroupsStateHandle k
                ? k.getDelegateStateHandle()
                : ((IncrementalRemoteKeyedStateHandle) h).getMetaDataStateHandle();
        try (var in = at.openInputStream()) {
            var proxy = new KeyedBackendSerializationProxy<>(Header.class.getClassLoader());
            proxy.read(new DataInputViewStreamWrapper(in));
            return new Header(proxy.getKeySerializerSnapshot(), proxy.getStateMetaInfoSnapshots());
        }
    }

    public static Header operator(OperatorStateHandle h) throws IOException {
        try (var in = h.openInputStream()) {
            var proxy = new OperatorBackendSerializationProxy(Header.class.getClassLoader());
            proxy.read(new DataInputViewStreamWrapper(in));
            List<StateMetaInfoSnapshot> all = new ArrayList<>(proxy.getOperatorStateMetaInfoSnapshots());
            all.addAll(proxy.getBroadcastStateMetaInfoSnapshots());
            return new Header(null, all);
        }
    }

    /** The kind of a state as rows name it. */
    public static String kind(StateMetaInfoSnapshot s) {
        return switch (s.getBackendStateType()) {
            case PRIORITY_QUEUE -> "timer";
            case BROADCAST -> "broadcast";
            case OPERATOR -> s.getOption(CommonOptionsKeys.OPERATOR_STATE_DISTRIBUTION_MODE).equals("UNION")
                    ? "operator-union"
                    : "operator-list";
            default -> s.getOption(CommonOptionsKeys.KEYED_STATE_TYPE).toLowerCase(Locale.ROOT);
        };
    }
}
