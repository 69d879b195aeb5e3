package ckpt.harness.generate;

import ckpt.harness.Cluster;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.util.EnvironmentInformation;

/**
 * {@code generate OUTDIR [all|committed|NAME-PART]} writes {@code OUTDIR/<flink version>/<job>-<params>/}: the snapshot, {@code
 * manifest.json} and {@code expected.jsonl}.
 */
public final class Main {
    private static final List<Job> JOBS = List.of(new KvJob(), new KeysJob(), new TypesJob(), new TimersJob(false),
            new TimersJob(true), new WindowsJob(), new OperatorJob(), new BigJob());

    private Main() {}

    public static void main(String[] args) throws Exception {
        Path out = Path.of(args[0]).resolve(EnvironmentInformation.getVersion());
        String which = args.length > 1 ? args[1] : "all";
        Matrix.check();
        try (Cluster cluster = new Cluster()) {
            for (Matrix.Member m : Matrix.members()) {
                boolean wanted = switch (which) {
                    case "all" -> true;
                    case "committed" -> m.committed();
                    default -> m.name().contains(which);
                };
                if (wanted) {
                    System.err.print(m.name() + ": ");
                    snapshot(cluster, job(m.job()), m.params(), out.resolve(m.name()));
                }
            }
        }
    }

    private static Job job(String name) {
        return JOBS.stream().filter(j -> j.name().equals(name)).findAny().orElseThrow();
    }

    private static void snapshot(Cluster cluster, Job job, Params p, Path dir) throws Exception {
        long start = System.currentTimeMillis();
        var env = Cluster.environment(p, Cluster.configuration(p));
        long records = job.build(env, p);
        List<Object> operators = Manifest.operators(env);
        JobID id = cluster.submit(env, job.name() + "-" + p.name());
        cluster.await(id, records);
        long end = System.currentTimeMillis();
        String at = cluster.capture(id, p, dir);

        Rows rows = new Rows(p.maxParallelism());
        job.expect(rows, p, Json.between(start, end));
        rows.write(dir.resolve("expected.jsonl"));
        Map<String, Object> m = Manifest.of(job.name(), p);
        m.put("snapshot", at);
        m.put("written", List.of(start, end));
        m.put("rows", rows.size());
        m.put("emptyCollections", job.emptyCollections(p));
        m.put("kryo", job.kryo());
        m.put("operators", operators);
        Files.writeString(dir.resolve("manifest.json"), Manifest.text(m));
        System.err.println(rows.size() + " rows, " + (System.currentTimeMillis() - start) + " ms");
    }
}
