package ckpt.harness.restore;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;

/**
 * The {@code _metadata} of a snapshot, read by Flink's own reader.
 *
 * @param directory where {@code _metadata} lies
 */
public record Snapshot(Path directory, int version, CheckpointMetadata metadata) {

    public static Snapshot read(Path directory) throws IOException {
        Path file = directory.toAbsolutePath().normalize().resolve("_metadata");
        byte[] b = Files.readAllBytes(file);
        try (var in = new DataInputStream(Files.newInputStream(file))) {
            return new Snapshot(file.getParent(), ByteBuffer.wrap(b).getInt(4),
                    Checkpoints.loadCheckpointMetadata(in, Snapshot.class.getClassLoader(), file.getParent().toUri().toString()));
        }
    }
}
