package ckpt.harness.restore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.apache.flink.runtime.state.filesystem.RelativeFileStateHandle;

/**
 * Makes a moved checkpoint restorable: shared files are recorded by absolute path, so while this is open a link at the place
 * where the job's checkpoints were leads to where they are.
 */
final class InPlace implements AutoCloseable {
    private final Set<Path> links = new LinkedHashSet<>();

    /** {@code now} is the directory of the job's checkpoints, which has {@code shared} in it. */
    InPlace(Snapshot s, Path now) throws IOException {
        for (OperatorState o : s.metadata().getOperatorStates()) {
            for (OperatorSubtaskState t : o.getStates()) {
                for (KeyedStateHandle h : t.getManagedKeyedState()) {
                    if (h instanceof IncrementalRemoteKeyedStateHandle i) {
                        link(i, now);
                    }
                }
            }
        }
    }

    private void link(IncrementalRemoteKeyedStateHandle h, Path now) throws IOException {
        for (var file : Stream.concat(h.getSharedState().stream(), h.getPrivateState().stream()).toList()) {
            if (file.getHandle() instanceof FileStateHandle f && !(f instanceof RelativeFileStateHandle)) {
                Path then = Path.of(f.getFilePath().getPath()).getParent().getParent();
                if (!Files.exists(then)) {
                    Files.createDirectories(then.getParent());
                    Files.createSymbolicLink(then, now.toAbsolutePath().normalize());
                    links.add(then);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Path l : links) {
            Files.delete(l);
            Files.delete(l.getParent());
        }
    }
}
