package ckpt.harness.unusual;

import ckpt.harness.Cluster;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import ckpt.harness.generate.Manifest;
import ckpt.harness.restore.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.state.api.runtime.OperatorIDGenerator;

/** Runs a case and writes its snapshot, what this must show, and what wrote it. */
final class Capture {
    private final Cluster cluster;
    private final Case c;
    private final Params p;
    private final Map<String, String> uids = new HashMap<>();
    private List<Object> operators;
    private final long deadline = System.nanoTime() + 60_000_000_000L;

    Capture(Cluster cluster, Case c, Params p) {
        this.cluster = cluster;
        this.c = c;
        this.p = p;
    }

    /** Writes {@code dir}, and beside it {@code dir-first} and {@code dir-moved} where there are two checkpoints. */
    void run(Path dir) throws Exception {
        long start = System.currentTimeMillis();
        var configuration = Cluster.configuration(p);
        c.configure(configuration);
        var env = Cluster.environment(p, configuration);
        c.build(env, p);
        for (Transformation<?> last : env.getTransformations()) {
            uid(last);
            last.getTransitivePredecessors().forEach(this::uid);
        }
        operators = Manifest.operators(env);
        JobID job = cluster.submit(env, dir.getFileName().toString());
        while (!settled(job)) {
            Thread.sleep(10);
        }
        if (c.records(p) > 0) {
            cluster.await(job, c.records(p));
        }
        String recorded = "file:" + cluster.checkpoints(job) + "/"; // as handles write it
        if (c instanceof Incremental) {
            cluster.checkpoint(job);
            cluster.await(job, p.parallelism());
        }
        c.prepare(cluster, job, p);
        String at = cluster.capture(job, p, dir);
        if (c instanceof Incremental) {
            first(dir);
            moved(dir, at, recorded);
        } else {
            dropOthers(dir, at);
        }
        describe(dir, at, Map.of());
        System.err.println("  " + (System.currentTimeMillis() - start) + " ms");
    }

    private void uid(Transformation<?> t) {
        if (t.getUid() != null) {
            uids.put(OperatorIDGenerator.fromUid(t.getUid()).toString(), t.getUid());
        }
    }

    /** Whether as many tasks have finished as shall, and all others run. Helps those along that shall finish. */
    private boolean settled(JobID job) throws Exception {
        if (cluster.miniCluster().getJobStatus(job).get().isGloballyTerminalState()) {
            cluster.miniCluster().requestJobResult(job).get().toJobExecutionResult(getClass().getClassLoader());
        }
        if (System.nanoTime() > deadline) {
            throw new TimeoutException("the job's tasks do not settle");
        }
        List<ExecutionState> tasks = cluster.miniCluster().getExecutionGraph(job).get().getAllVertices().values().stream()
                .flatMap(v -> Stream.of(v.getTaskVertices())).map(t -> t.getExecutionState()).toList();
        int finished = Collections.frequency(tasks, ExecutionState.FINISHED);
        int running = Collections.frequency(tasks, ExecutionState.RUNNING);
        if (tasks.isEmpty() || finished + running < tasks.size()) {
            return false;
        }
        if (finished < c.finishing(p)) {
            try {
                cluster.checkpoint(job); // a task that is done ends after the next checkpoint
            } catch (ExecutionException e) {
                return false; // it ended just now
            }
        }
        return finished == c.finishing(p);
    }

    private static void dropOthers(Path dir, String at) throws Exception {
        try (Stream<Path> all = Files.list(dir)) {
            for (Path q : all.filter(q -> q.getFileName().toString().startsWith("chk-") && !q.endsWith(at)).toList()) {
                Cluster.remove(q);
            }
        }
    }

    /** The first of two checkpoints is described beside them. */
    private void first(Path dir) throws Exception {
        describe(dir.resolveSibling(dir.getFileName() + "-first"), "../" + dir.getFileName() + "/chk-1", Map.of());
    }

    /** The second once more, away from the files it shares with the first: they are found through the recorded path only. */
    private void moved(Path dir, String at, String recorded) throws Exception {
        Path moved = dir.resolveSibling(dir.getFileName() + "-moved");
        Cluster.remove(moved);
        Files.createDirectories(moved.resolve(at));
        try (Stream<Path> all = Files.list(dir.resolve(at))) {
            for (Path q : all.toList()) {
                Files.copy(q, moved.resolve(at).resolve(q.getFileName()));
            }
        }
        describe(moved, at, Json.object("map", Json.object("from", recorded, "to", "../" + dir.getFileName() + "/")));
    }

    /** Writes the rows and the manifest of the snapshot {@code at}, which is relative to {@code dir}. */
    private void describe(Path dir, String at, Map<String, Object> more) throws Exception {
        Snapshot s = Snapshot.read(dir.resolve(at));
        Facts facts = new Facts(s, uids);
        Rows rows = new Rows(p.maxParallelism());
        if (c instanceof Incremental two && at.endsWith("chk-1")) {
            two.expectFirst(rows);
        } else {
            c.expect(rows, p, facts);
        }
        Files.createDirectories(dir);
        rows.write(dir.resolve("expected.jsonl"));
        Map<String, Object> m = Manifest.of("unusual-" + c.name(), p);
        m.put("snapshot", at);
        m.put("rows", rows.size());
        m.putAll(more);
        m.putAll(c.facts(p));
        if (c.types() != null) {
            Files.writeString(dir.resolve("types.yaml"), c.types());
            m.put("types", "types.yaml");
            for (var file : c.files().entrySet()) {
                Files.write(dir.resolve(file.getKey()), file.getValue());
            }
        }
        if (c.described()) {
            m.put("metadataVersion", s.version());
            m.put("checkpointId", s.metadata().getCheckpointId());
            m.put("masterStates", facts.masterStates());
            m.put("operators", facts.operators());
        } else {
            m.put("operators", operators);
        }
        Files.writeString(dir.resolve("manifest.json"), Manifest.text(m));
    }
}
