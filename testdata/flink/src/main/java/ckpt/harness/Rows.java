package ckpt.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * The rows that a snapshot must show, built from the same tables that the job's functions use, never read back. A row is
 * {@code row(operator, state, kind)} plus named fields; values are already in their JSON form.
 */
public final class Rows {
    private final int maxParallelism;
    private final List<Map<String, Object>> rows = new ArrayList<>();

    public Rows(int maxParallelism) {
        this.maxParallelism = maxParallelism;
    }

    /** Adds a row: alternating names and values follow; a value may be null. */
    public Map<String, Object> row(String operator, String state, String kind, Object... fields) {
        Map<String, Object> r = Json.object("operator", operator, "state", state, "kind", kind);
        r.putAll(Json.object(fields));
        rows.add(r);
        return r;
    }

    /** Adds a row of keyed state: {@code key} is the Java key, {@code keyJson} how it is shown. */
    public Map<String, Object> keyed(
            String operator, String state, String kind, Object key, Object keyJson, Object... fields) {
        Map<String, Object> r = row(operator, state, kind, "key_group", keyGroup(key), "key", keyJson);
        r.putAll(Json.object(fields));
        return r;
    }

    public int keyGroup(Object key) {
        return KeyGroupRangeAssignment.assignToKeyGroup(key, maxParallelism);
    }

    public int size() {
        return rows.size();
    }

    /** Writes one row a line, as UTF-8, sorted by bytes. */
    public void write(Path file) throws IOException {
        byte[][] lines = new byte[rows.size()][];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = (Json.text(rows.get(i)) + "\n").getBytes(StandardCharsets.UTF_8);
        }
        Arrays.sort(lines, Arrays::compareUnsigned);
        try (var out = Files.newOutputStream(file)) {
            for (byte[] l : lines) {
                out.write(l);
            }
        }
    }
}
