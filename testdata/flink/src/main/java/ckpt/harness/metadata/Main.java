package ckpt.harness.metadata;

import ckpt.harness.Json;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;

/**
 * {@code metadata DIR}: loads each file of DIR as {@code _metadata}, with Flink's own reader. Prints one JSON line a file, in
 * the order of their names: {@code {"file":…,"summary":…}}, or {@code {"file":…,"error":…}} where Flink refuses it.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of(args[0]))) {
            files = all.map(Path::toAbsolutePath).sorted().toList();
        }
        for (Path f : files) {
            out.println(Json.text(load(f)));
        }
    }

    private static Map<String, Object> load(Path file) throws Exception {
        Map<String, Object> line = Json.object("file", file.getFileName().toString());
        ByteArrayInputStream bytes = new ByteArrayInputStream(Files.readAllBytes(file));
        try {
            var metadata = Checkpoints.loadCheckpointMetadata(
                    new DataInputStream(bytes), Main.class.getClassLoader(), file.toUri().toString());
            line.put("summary", Summary.of(metadata));
            line.put("unread", bytes.available());
        } catch (Exception | StackOverflowError e) {
            line.put("error", e.toString());
        }
        return line;
    }
}
