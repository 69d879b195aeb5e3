package ckpt.harness.metadata;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.flink.runtime.checkpoint.channel.InputChannelInfo;
import org.apache.flink.runtime.checkpoint.channel.ResultSubpartitionInfo;
import org.apache.flink.runtime.state.AbstractChannelStateHandle;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRangeOffsets;
import org.apache.flink.runtime.state.KeyGroupsSavepointStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.changelog.ChangelogStateBackendHandle;
import org.apache.flink.runtime.state.changelog.ChangelogStateHandleStreamImpl;
import org.apache.flink.runtime.state.changelog.inmemory.InMemoryChangelogStateHandle;
import org.apache.flink.runtime.state.filemerging.EmptySegmentFileStateHandle;
import org.apache.flink.runtime.state.filemerging.FileMergingOperatorStreamStateHandle;
import org.apache.flink.runtime.state.filemerging.SegmentFileStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.apache.flink.runtime.state.filesystem.RelativeFileStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;

/**
 * State handles as text: the kind, then its fields, nested handles in parentheses and lists in brackets. Random handle ids,
 * which Flink gives to handles that recorded none, are left out.
 */
final class Handles {
    private Handles() {}

    static String stream(StreamStateHandle h) {
        if (h == null) {
            return "null";
        } else if (h instanceof ByteStreamStateHandle b) {
            return "bytes " + b.getHandleName() + " " + HexFormat.of().formatHex(b.getData());
        } else if (h instanceof RelativeFileStateHandle r) {
            return "relative " + r.getRelativePath() + " " + r.getStateSize();
        } else if (h instanceof FileStateHandle f) {
            return "file " + f.getFilePath() + " " + f.getStateSize();
        } else if (h instanceof EmptySegmentFileStateHandle) {
            return "empty";
        } else if (h instanceof SegmentFileStateHandle s) {
            return "segment " + s.getFilePath() + " " + s.getStartPos() + " " + s.getStateSize() + " " + s.getScope() + " "
                    + s.getLogicalFileId().getKeyString();
        } else if (h instanceof KeyGroupsStateHandle k) {
            return "groups " + groups(k);
        }
        return unknown(h);
    }

    static String keyed(KeyedStateHandle h) {
        if (h instanceof KeyGroupsSavepointStateHandle k) {
            return "savepoint " + groups(k);
        } else if (h instanceof KeyGroupsStateHandle k) {
            return "groups " + groups(k);
        } else if (h instanceof IncrementalRemoteKeyedStateHandle i) {
            return "incremental " + i.getCheckpointId() + " " + i.getBackendIdentifier() + " " + i.getKeyGroupRange().prettyPrintInterval()
                    + " " + i.getCheckpointedSize() + " (" + stream(i.getMetaDataStateHandle()) + ") shared "
                    + files(i.getSharedState()) + " private " + files(i.getPrivateState());
        } else if (h instanceof ChangelogStateBackendHandle c) {
            return "changelog " + c.getKeyGroupRange().prettyPrintInterval() + " " + c.getCheckpointedSize() + " base "
                    + c.getMaterializedStateHandles().stream().map(Handles::keyed).toList() + " delta "
                    + c.getNonMaterializedStateHandles().stream().map(Handles::keyed).toList() + " " + c.getMaterializationID()
                    + " " + c.getCheckpointId() + " " + c.getStateHandleId().getKeyString();
        } else if (h instanceof InMemoryChangelogStateHandle m) {
            return "changes " + m.getKeyGroupRange().prettyPrintInterval() + " " + m.getFrom() + " " + m.getTo() + " "
                    + m.getChanges().stream().map(c -> c.getKeyGroup() + ":" + HexFormat.of().formatHex(c.getChange())).toList()
                    + " " + m.getStateHandleId().getKeyString();
        } else if (h instanceof ChangelogStateHandleStreamImpl f) {
            return "parts " + f.getKeyGroupRange().prettyPrintInterval() + " "
                    + f.getHandlesAndOffsets().stream().map(p -> p.f1 + " (" + stream(p.f0) + ")").toList() + " "
                    + f.getStateSize() + " " + f.getCheckpointedSize() + " " + f.getStateHandleId().getKeyString() + " "
                    + f.getStorageIdentifier();
        }
        return unknown(h);
    }

    static String operator(OperatorStateHandle h) {
        StringBuilder s = new StringBuilder("states");
        new TreeMap<>(h.getStateNameToPartitionOffsets()).forEach((name, info) -> s.append(' ').append(name).append(' ')
                .append(info.getDistributionMode()).append(' ').append(Arrays.toString(info.getOffsets())));
        if (h instanceof FileMergingOperatorStreamStateHandle m) {
            s.append(" dirs ").append(m.getTaskOwnedDirHandle().getDirectory()).append(' ')
                    .append(m.getSharedDirHandle().getDirectory());
        }
        return s + " (" + stream(h.getDelegateStateHandle()) + ")";
    }

    static String channel(AbstractChannelStateHandle<?> h) {
        String info = h.getInfo() instanceof InputChannelInfo i
                ? i.getGateIdx() + " " + i.getInputChannelIdx()
                : ((ResultSubpartitionInfo) h.getInfo()).getPartitionIdx() + " "
                        + ((ResultSubpartitionInfo) h.getInfo()).getSubPartitionIdx();
        return "channel " + h.getSubtaskIndex() + " " + info + " " + h.getOffsets() + " " + h.getStateSize() + " ("
                + stream(h.getDelegate()) + ")";
    }

    private static String groups(KeyGroupsStateHandle h) {
        KeyGroupRangeOffsets o = h.getGroupRangeOffsets();
        String offsets = StreamSupport.stream(o.spliterator(), false)
                .map(p -> p.f1.toString()).collect(Collectors.joining(", ", "[", "]"));
        return o.getKeyGroupRange().prettyPrintInterval() + " " + offsets + " (" + stream(h.getDelegateStateHandle()) + ")";
    }

    private static List<String> files(List<HandleAndLocalPath> files) {
        return files.stream().map(f -> f.getLocalPath() + " (" + stream(f.getHandle()) + ")").toList();
    }

    private static String unknown(Object h) {
        throw new IllegalArgumentException("no text for " + h.getClass());
    }
}
