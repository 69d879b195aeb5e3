package ckpt.harness.restore;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** A directory with a snapshot, its {@code manifest.json} and the rows that it must show. */
record Fixture(Path directory, Map<String, Object> manifest) {

    static Fixture read(Path directory) throws IOException {
        return new Fixture(directory, JsonReader.object(Files.readString(directory.resolve("manifest.json"))));
    }

    Path snapshot() {
        return directory.resolve((String) manifest.get("snapshot")).normalize();
    }

    /** Where the directory of the job's checkpoints is now. */
    Path tree() {
        return manifest.get("map") instanceof Map<?, ?> m
                ? directory.resolve((String) m.get("to"))
                : snapshot().toAbsolutePath().getParent();
    }

    /** Known uids by operator id. */
    Map<String, String> uids() {
        Map<String, String> all = new HashMap<>();
        for (Object o : (List<?>) manifest.get("operators")) {
            Map<?, ?> m = (Map<?, ?>) o;
            if (m.get("uid") instanceof String uid) {
                all.put((String) m.get("id"), uid);
            }
        }
        return all;
    }

    /** Operators that Flink itself cannot restore, because its handle has lost some of their state. */
    Set<String> lost() {
        return manifest.get("lost") instanceof List<?> l
                ? l.stream().map(o -> (String) ((Map<?, ?>) o).get("operator")).collect(Collectors.toSet())
                : Set.of();
    }

    List<Map<String, Object>> expected() throws IOException {
        Path plain = directory.resolve("expected.jsonl");
        try (InputStream in = Files.exists(plain)
                        ? Files.newInputStream(plain)
                        : new GZIPInputStream(Files.newInputStream(directory.resolve("expected.jsonl.gz")));
                var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().map(JsonReader::object).filter(r -> !lost().contains((String) r.get("operator"))).toList();
        }
    }
}
