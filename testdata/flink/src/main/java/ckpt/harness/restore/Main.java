package ckpt.harness.restore;

import ckpt.harness.Cluster;
import ckpt.harness.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Restores snapshots in real jobs.
 *
 * <ul>
 *   <li>{@code restore rows SNAPSHOT OUT.jsonl [BACKEND [PARALLELISM]]} writes what the job has after it as rows. Operators
 *       are named by recorded uid or id.
 *   <li>{@code restore check DIR [BACKEND|NAME-PART]…} compares each snapshot with a {@code manifest.json} under DIR with its {@code
 *       expected.jsonl}; BACKEND is that for snapshots which both can read.
 * </ul>
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        try (Cluster cluster = new Cluster()) {
            switch (args[0]) {
                case "rows" -> rows(cluster, args);
                case "check" -> check(cluster, args);
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }

    private static void rows(Cluster cluster, String[] args) throws Exception {
        Snapshot s = Snapshot.read(Path.of(args[1]));
        Recovery r = new Recovery(s, Map.of(), o -> true);
        try (InPlace links = new InPlace(s, s.directory().getParent())) {
            write(Path.of(args[2]), r.rows(cluster, args.length > 3 ? args[3] : r.backend("hashmap"),
                    args.length > 4 ? Integer.parseInt(args[4]) : 0));
        }
    }

    private static void write(Path file, List<Map<String, Object>> rows) throws IOException {
        try (var out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            for (Map<String, Object> r : rows) {
                out.write(Json.text(r));
                out.write('\n');
            }
        }
    }

    private static void check(Cluster cluster, String[] args) throws Exception {
        String backend = args.length > 2 && args[2].equals("rocksdb") ? "rocksdb" : "hashmap";
        int wrong = 0;
        List<Path> directories;
        try (Stream<Path> all = Files.list(Path.of(args[1]))) {
            directories = all.filter(d -> Files.exists(d.resolve("manifest.json")))
                    .filter(d -> !d.getFileName().toString().startsWith("unusual-changelog")) // needs what the job knows
                    .sorted().toList();
        }
        for (Path d : directories) {
            List<String> differences = differences(cluster, Fixture.read(d), backend);
            System.out.println((differences.isEmpty() ? "ok    " : "WRONG ") + d.getFileName());
            differences.forEach(t -> System.out.println("      " + t));
            wrong += differences.isEmpty() ? 0 : 1;
        }
        System.out.println(directories.size() - wrong + " of " + directories.size() + " snapshots restore with their expected rows");
        if (wrong > 0 || directories.isEmpty()) {
            throw new IllegalStateException(wrong + " snapshots differ");
        }
    }

    private static List<String> differences(Cluster cluster, Fixture f, String backend) {
        try {
            Snapshot s = Snapshot.read(f.snapshot());
            Recovery r = new Recovery(s, f.uids(), o -> !f.lost().contains(o));
            List<Map<String, Object>> got = new ArrayList<>();
            try (InPlace links = new InPlace(s, f.tree())) {
                for (Map<String, Object> row : r.rows(cluster, r.backend(backend), 0)) {
                    got.add(JsonReader.object(Json.text(row)));
                }
            }
            return Comparison.differences(got, f.expected());
        } catch (Exception e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return List.of(e.toString(), "caused by " + cause);
        }
    }
}
