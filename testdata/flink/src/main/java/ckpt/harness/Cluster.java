package ckpt.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** One MiniCluster for many jobs, one after the other. What a job needs is in its own configuration. */
public final class Cluster implements AutoCloseable {
    /** Where running jobs write; snapshots are moved away from here, but shared files keep this path in their handles. */
    private static final Path WORK = work();

    private final MiniCluster cluster;

    public Cluster() throws Exception {
        this(Map.of());
    }

    /** A cluster with settings that jobs cannot have for themselves. */
    public Cluster(Map<String, String> settings) throws Exception {
        Configuration c = new Configuration();
        settings.forEach(c::setString);
        c.setString("taskmanager.memory.managed.size", "256m");
        c.setString("taskmanager.memory.network.min", "64m");
        c.setString("taskmanager.memory.network.max", "64m");
        c.setString("rest.bind-port", "0");
        c.setString("execution.checkpointing.num-retained", "10");
        cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(c).setNumTaskManagers(1).setNumSlotsPerTaskManager(4).build());
        cluster.start();
    }

    /** Where jobs write, as a URI. */
    public static String directory() {
        return WORK.toUri().toString();
    }

    private static Path work() {
        try {
            return Files.createTempDirectory("flink-checkpoints");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The configuration of a job that runs as {@code p} says. */
    public static Configuration configuration(Params p) {
        Configuration c = new Configuration();
        c.setString("state.backend.type", p.backend());
        c.setString("execution.checkpointing.storage", "filesystem");
        c.setString("state.backend.incremental", "true");
        c.setString("execution.checkpointing.incremental", "true");
        c.setString("execution.checkpointing.dir", WORK.toUri().toString());
        c.setString("execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
        c.setString("execution.checkpointing.interval", "365 d");
        c.setString("execution.checkpointing.min-pause", "365 d"); // Flink 2.3 would begin with a checkpoint
        c.setString("execution.checkpointing.snapshot-compression", Boolean.toString(p.compressed()));
        if (p.inlineThreshold() >= 0) {
            c.setString("execution.checkpointing.data-inline-threshold", p.inlineThreshold() + "b");
        }
        c.setString("restart-strategy.type", "none");
        return c;
    }

    /** An environment for {@link #configuration}, with parallelism and max parallelism set. */
    public static StreamExecutionEnvironment environment(Params p, Configuration c) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(c);
        env.setParallelism(p.parallelism());
        env.setMaxParallelism(p.maxParallelism());
        return env;
    }

    /** Starts a job. Its id is a function of {@code name}. */
    public JobID submit(StreamExecutionEnvironment env, String name) throws Exception {
        Progress.reset();
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        JobID job = new JobID(id.getLeastSignificantBits(), id.getMostSignificantBits());
        var graph = env.getStreamGraph();
        graph.setJobName(name);
        cluster.submitJob(graph.getJobGraph(Cluster.class.getClassLoader(), job)).get();
        return job;
    }

    /** Waits until the job's counting sinks have seen {@code n} records and every task can take part in a checkpoint. */
    public void await(JobID job, long n) throws Exception {
        Progress.await(n, () -> alive(job));
        while (!started(job)) {
            alive(job);
            Thread.sleep(5);
        }
    }

    private void alive(JobID job) throws Exception {
        JobStatus s = cluster.getJobStatus(job).get();
        if (s.isTerminalState()) {
            cluster.requestJobResult(job).get().toJobExecutionResult(Cluster.class.getClassLoader());
            throw new IllegalStateException("the job is " + s);
        }
    }

    /** A subtask without records may still be initializing. */
    private boolean started(JobID job) throws Exception {
        for (var v : cluster.getExecutionGraph(job).get().getAllExecutionVertices()) {
            ExecutionState s = v.getExecutionState();
            if (s != ExecutionState.RUNNING && s != ExecutionState.FINISHED) {
                return false;
            }
        }
        return true;
    }

    /**
     * Captures the job in {@code p}'s format, and cancels it. A savepoint's files are moved into {@code to}; of a checkpoint
     * the whole directory of the job is ({@code chk-N}, {@code shared}, {@code taskowned}).
     *
     * @return the snapshot's directory relative to {@code to}: {@code .} or {@code chk-1}
     */
    public String capture(JobID job, Params p, Path to) throws Exception {
        try {
            if (p.format().equals("checkpoint")) {
                long id = checkpoint(job);
                cancel(job);
                move(WORK.resolve(job.toString()), to);
                return "chk-" + id;
            }
            move(savepoint(job, p.canonical()), to);
            return ".";
        } finally {
            cancel(job);
        }
    }

    /** Takes a checkpoint of a job that goes on running. */
    public long checkpoint(JobID job) throws Exception {
        return cluster.triggerCheckpoint(job, CheckpointType.DEFAULT).get(2, TimeUnit.MINUTES);
    }

    /** Where a running job's checkpoints lie. */
    public Path checkpoints(JobID job) {
        return WORK.resolve(job.toString());
    }

    /** Takes a savepoint of a job that goes on running. */
    public Path savepoint(JobID job, boolean canonical) throws Exception {
        SavepointFormatType f = canonical ? SavepointFormatType.CANONICAL : SavepointFormatType.NATIVE;
        Files.createDirectories(WORK);
        String at = cluster.triggerSavepoint(job, WORK.toUri().toString(), false, f).get(2, TimeUnit.MINUTES);
        return Path.of(URI.create(at).getPath());
    }

    /** Cancels the job, if it still runs, and waits for its end. */
    public void cancel(JobID job) throws Exception {
        if (!cluster.getJobStatus(job).get().isTerminalState()) {
            cluster.cancelJob(job).get();
        }
        cluster.requestJobResult(job).get();
    }

    public MiniCluster miniCluster() {
        return cluster;
    }

    @Override
    public void close() throws Exception {
        cluster.close();
        remove(WORK);
    }

    /** Moves a directory to a place where nothing may lie yet but an older version of it. */
    public static void move(Path from, Path to) throws Exception {
        remove(to);
        Files.createDirectories(to.toAbsolutePath().getParent());
        try (Stream<Path> all = Files.walk(from)) {
            for (Path p : (Iterable<Path>) all::iterator) {
                Path q = to.resolve(from.relativize(p).toString());
                if (Files.isDirectory(p)) {
                    Files.createDirectories(q);
                } else {
                    Files.copy(p, q);
                }
            }
        }
        remove(from);
    }

    public static void remove(Path p) throws Exception {
        if (Files.exists(p)) {
            try (Stream<Path> all = Files.walk(p)) {
                for (Path q : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(q);
                }
            }
        }
    }
}
