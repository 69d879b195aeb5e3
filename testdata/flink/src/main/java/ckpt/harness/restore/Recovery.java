package ckpt.harness.restore;

import ckpt.harness.Cluster;
import ckpt.harness.Json;
import ckpt.harness.Params;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsSavepointStateHandle;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Restores a snapshot in a job that has an operator for each of the snapshot's, with the serializers that its headers name, and
 * gives what the job then has as rows.
 */
final class Recovery {
    private static int jobs;

    private final Snapshot snapshot;
    private final List<OperatorSpec> operators = new ArrayList<>();
    private final Map<String, OperatorState> states = new HashMap<>();

    /** Operators that {@code wanted} refuses, by uid or id, stay behind; so do those that have finished. */
    Recovery(Snapshot snapshot, Map<String, String> uids, Predicate<String> wanted) throws Exception {
        this.snapshot = snapshot;
        for (OperatorState s : snapshot.metadata().getOperatorStates()) {
            String recorded = Recorded.uid(s);
            OperatorSpec o = OperatorSpec.of(s, recorded == null ? uids.get(s.getOperatorID().toString()) : recorded);
            if (!s.isFullyFinished() && (o.key() != null || !o.states().isEmpty()) && wanted.test(o.shown())) {
                operators.add(o);
                states.put(o.id(), s);
            }
        }
    }

    /** The backend that can read the snapshot, where only one can. */
    String backend(String otherwise) {
        for (OperatorState s : states.values()) {
            for (var t : s.getStates()) {
                for (var h : t.getManagedKeyedState()) {
                    if (h instanceof IncrementalRemoteKeyedStateHandle) {
                        return "rocksdb";
                    } else if (!(h instanceof KeyGroupsSavepointStateHandle)) {
                        return "hashmap";
                    }
                }
            }
        }
        return otherwise;
    }

    /** Runs the job. {@code parallelism} 0: that of each operator in the snapshot. */
    List<Map<String, Object>> rows(Cluster cluster, String backend, int parallelism) throws Exception {
        Params p = new Params(backend, "checkpoint", false, Math.max(1, parallelism), 128, -1);
        Configuration c = Cluster.configuration(p);
        c.setString("execution.state-recovery.path", snapshot.directory().toUri().toString());
        c.setString("execution.state-recovery.ignore-unclaimed-state", "true");
        StreamExecutionEnvironment env = Cluster.environment(p, c);
        for (OperatorSpec o : operators) {
            add(env, o, parallelism == 0 ? o.parallelism() : parallelism);
        }
        Dumped.take();
        if (!operators.isEmpty()) {
            JobID job = cluster.submit(env, "restore " + jobs++);
            cluster.miniCluster().requestJobResult(job).get().toJobExecutionResult(Recovery.class.getClassLoader());
        }
        return settled(Dumped.take());
    }

    private static void add(StreamExecutionEnvironment env, OperatorSpec o, int parallelism) {
        SingleOutputStreamOperator<Long> operator = o.key() == null
                ? env.addSource(new OperatorDump(o), o.shown(), Types.LONG)
                : env.addSource(new Ended(), "ended", Types.LONG).setParallelism(parallelism)
                        .keyBy(n -> null, new Given(o.key())).transform("restored", Types.LONG, new KeyedDump(o));
        operator.name(o.shown()).setUidHash(o.id()).setParallelism(parallelism).setMaxParallelism(o.maxParallelism());
        env.addOperator(operator.getTransformation()); // a source that leads nowhere would be forgotten
    }

    /** Puts the elements of union lists, which each subtask was given all of, where they are stored. */
    private List<Map<String, Object>> settled(List<Map<String, Object>> rows) throws Exception {
        List<Map<String, Object>> settled = new ArrayList<>();
        for (OperatorSpec o : operators) {
            for (StateSpec s : o.states()) {
                if (s.kind().equals("operator-union")) {
                    List<Map<String, Object>> stored = stored(o, s);
                    mustBeGiven(stored, rows.stream().filter(r -> r.get("kind").equals(s.kind())
                            && r.get("operator").equals(o.shown()) && r.get("state").equals(s.name())).toList());
                    settled.addAll(stored);
                }
            }
        }
        rows.stream().filter(r -> !r.get("kind").equals("operator-union")).forEach(settled::add);
        return settled;
    }

    /** The elements that each subtask has in its own state. */
    private List<Map<String, Object>> stored(OperatorSpec o, StateSpec s) throws Exception {
        Dumped.take();
        for (var e : states.get(o.id()).getSubtaskStates().entrySet()) {
            for (OperatorStateHandle h : e.getValue().getManagedOperatorState()) {
                OperatorStateBackend b = new DefaultOperatorStateBackendBuilder(
                        Recovery.class.getClassLoader(), new ExecutionConfig(), false, List.of(h), new CloseableRegistry()).build();
                long index = 0;
                for (Object v : b.getUnionListState(OperatorDump.descriptor(s)).get()) {
                    Dumped.operator(o, s, e.getKey(), v, "index", index++);
                }
                b.dispose();
            }
        }
        return Dumped.take();
    }

    /** Every subtask of the job must have been given all stored elements, in whatever order. */
    private static void mustBeGiven(List<Map<String, Object>> stored, List<Map<String, Object>> given) {
        List<String> all = values(stored);
        int subtasks = 1 + given.stream().mapToInt(r -> (Integer) r.get("subtask")).max().orElse(-1);
        for (int i : IntStream.range(0, subtasks).toArray()) {
            if (!values(given.stream().filter(r -> r.get("subtask").equals(i)).toList()).equals(all)) {
                throw new IllegalStateException("subtask " + i + " was not given " + all);
            }
        }
        if (subtasks == 0 && !all.isEmpty()) {
            throw new IllegalStateException("nobody was given " + all);
        }
    }

    private static List<String> values(List<Map<String, Object>> rows) {
        return rows.stream().map(r -> Json.text(r.get("value"))).sorted(Comparator.naturalOrder()).toList();
    }
}
