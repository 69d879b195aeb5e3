package ckpt.harness.unusual;

import ckpt.harness.Cluster;
import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Progress;
import ckpt.harness.Rows;
import ckpt.harness.restore.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.changelog.ChangelogStateBackendHandle;
import org.apache.flink.runtime.state.internal.InternalMergingState;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;

/**
 * State whose checkpoints are logs of changes. There are two generations of changes: with {@code based} the first is
 * materialized, so that the second changes a base; else both are in the log. The operator {@code untimed} has no timers:
 * without a base nothing says what its keys are. Some namespaces are merged: lists, and values of which only one side
 * has any, can be followed; where both have one ({@link #MERGED}), only the job's function could.
 */
final class Changelog implements Case {
    private static final String UID = "logged", UNTIMED = "untimed";
    private static final int FIRST = 40, ALL = 50;
    private static final ValueStateDescriptor<String> VALUE = new ValueStateDescriptor<>("value", Types.STRING);
    private static final ListStateDescriptor<String> LIST = new ListStateDescriptor<>("list", Types.STRING);
    private static final MapStateDescriptor<String, Long> MAP = new MapStateDescriptor<>("map", Types.STRING, Types.LONG);
    private static final ReducingStateDescriptor<Long> SUM = new ReducingStateDescriptor<>("sum", Long::sum, Types.LONG);
    private static final ReducingStateDescriptor<Long> MERGED = new ReducingStateDescriptor<>("merged", Long::sum, Types.LONG);
    private static final ListStateDescriptor<Integer> JOINED = new ListStateDescriptor<>("joined", Types.INT);
    private static final AggregatingStateDescriptor<Long, Long, Long> AGGREGATE =
            new AggregatingStateDescriptor<>("aggregate", new Largest(), Types.LONG);
    private static final long[] TIMES = {-5, 0, 1_000_000_000_000L};

    private static volatile boolean second;

    private final String storage;
    private final boolean based;

    Changelog(String storage, boolean based) {
        this.storage = storage;
        this.based = based;
    }

    @Override
    public String name() {
        return "changelog" + (storage.equals("memory") ? "-memory" : "") + (based ? "-based" : "");
    }

    @Override
    public List<Params> captures() {
        if (storage.equals("memory")) {
            return List.of(new Params("hashmap", "checkpoint", false, 2, 128, 0));
        }
        return Stream.of("hashmap", "rocksdb").flatMap(b -> Stream.of(false, true)
                .map(compressed -> new Params(b, "checkpoint", compressed, 2, b.equals("hashmap") ? 128 : 129, 0))).toList();
    }

    @Override
    public Map<String, String> cluster(Params p) {
        return Map.of("state.changelog.storage", storage, "state.changelog.dstl.dfs.base-path", Cluster.directory(),
                "state.changelog.dstl.dfs.compression.enabled", Boolean.toString(p.compressed()));
    }

    @Override
    public void configure(Configuration c) {
        c.setString("state.changelog.enabled", "true");
        c.setString("state.changelog.periodic-materialize.enabled", Boolean.toString(based));
        c.setString("state.changelog.periodic-materialize.interval", "1500 ms");
        second = false;
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        env.addSource(new Feed(0)).uid("feed").keyBy(n -> n, Types.LONG)
                .transform(UID, Types.LONG, new Operator(true)).uid(UID).keyBy(n -> n, Types.LONG)
                .transform(UNTIMED, Types.LONG, new Operator(false)).uid(UNTIMED);
    }

    /** Two checkpoints: the second generation is written behind the first. */
    @Override
    public void prepare(Cluster cluster, JobID job, Params p) throws Exception {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (true) {
            long id = cluster.checkpoint(job);
            if (!based || materialized(cluster, job, id)) {
                break;
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("nothing is materialized");
            }
        }
        second = true;
        cluster.checkpoint(job);
        cluster.await(job, 2L * p.parallelism());
    }

    private static boolean materialized(Cluster cluster, JobID job, long id) throws Exception {
        Snapshot s = Snapshot.read(cluster.checkpoints(job).resolve("chk-" + id));
        int n = 0;
        for (var op : s.metadata().getOperatorStates()) {
            for (OperatorSubtaskState t : op.getStates()) {
                for (KeyedStateHandle h : t.getManagedKeyedState()) {
                    if (!(h instanceof ChangelogStateBackendHandle c) || c.getMaterializedStateHandles().isEmpty()) {
                        return false;
                    }
                    n++;
                }
            }
        }
        return n > 0;
    }

    @Override
    public boolean described() {
        return false;
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        for (String uid : List.of(UID, UNTIMED)) {
            for (long k = 0; k < ALL; k++) {
                expect(rows, uid, k);
            }
        }
    }

    private void expect(Rows rows, String uid, long k) {
        boolean first = k < FIRST;
        int way = (int) (k % 5);
        if (way != 1 || !first) {
            rows.keyed(uid, "value", "value", k, k, "value", (way == 0 || !first ? "second " : "first ") + k);
        }
        List<String> list = new ArrayList<>();
        if (first && way != 1 && way != 2) {
            list.addAll(List.of("a" + k, ",", ""));
        }
        if (way != 1) {
            list.addAll(List.of("added", "twice"));
        }
        for (int i = 0; i < list.size(); i++) {
            rows.keyed(uid, "list", "list", k, k, "index", (long) i, "value", list.get(i));
        }
        if (first && way != 1) {
            if (way != 2) {
                rows.keyed(uid, "map", "map", k, k, "map_key", "kept", "value", k);
            }
            rows.keyed(uid, "map", "map", k, k, "map_key", "changed", "value", way == 3 ? k : -k);
        }
        if (way != 3) {
            rows.keyed(uid, "map", "map", k, k, "map_key", "new", "value", 7L);
        }
        rows.keyed(uid, "sum", "reducing", k, k, "value", (first ? k : 0) + 100);
        rows.keyed(uid, "aggregate", "aggregating", k, k, "value", first ? Math.max(k, 20) : 20);
        if (first) {
            List<Integer> joined = way == 0 ? List.of(1, 2, 3, 4) : List.of(1, 2);
            for (int i = 0; i < joined.size(); i++) {
                rows.keyed(uid, "joined", "list", k, k, "namespace", "target", "index", (long) i, "value", joined.get(i));
            }
            if (way != 0) {
                rows.keyed(uid, "joined", "list", k, k, "namespace", "source", "index", 0L, "value", 3);
            }
            rows.keyed(uid, "merged", "reducing", k, k, "namespace", way == 0 ? "target" : "source", "value", k + 1);
            if (way == 4) {
                rows.keyed(uid, "merged", "reducing", k, k, "namespace", "both", "value", 2 * k + 3);
            }
        }
        if (!uid.equals(UID)) {
            return;
        }
        for (long t : TIMES) {
            if (first && !(way == 1 && t == 0)) {
                rows.keyed(uid, "_timer_state/event_user-timers", "timer", k, k, "timestamp", t);
            }
        }
        if (!first) {
            rows.keyed(uid, "_timer_state/event_user-timers", "timer", k, k, "timestamp", 44L);
        }
    }

    @Override
    public Map<String, Object> facts(Params p) {
        List<Object> unreplayable = List.of(UID + "/merged", UNTIMED + "/merged");
        return Json.object("missing", based
                ? Json.object("CHANGELOG_NOT_REPLAYABLE", unreplayable)
                : Json.object("CHANGELOG_NOT_REPLAYABLE", unreplayable.subList(0, 1), "KEY_TYPE_UNKNOWN", Stream.of(
                        "value", "list", "map", "sum", "aggregate", "joined", "merged").map(s -> UNTIMED + "/" + s).toList()));
    }

    private static final class Largest implements org.apache.flink.api.common.functions.AggregateFunction<Long, Long, Long> {
        @Override
        public Long createAccumulator() {
            return Long.MIN_VALUE;
        }

        @Override
        public Long add(Long v, Long a) {
            return Math.max(v, a);
        }

        @Override
        public Long getResult(Long a) {
            return a;
        }

        @Override
        public Long merge(Long a, Long b) {
            return Math.max(a, b);
        }
    }

    private static final class Operator extends Seeded implements Triggerable<Long, VoidNamespace> {
        private final boolean timed;
        private transient InternalTimerService<VoidNamespace> timers;
        private transient boolean written;

        Operator(boolean timed) {
            this.timed = timed;
        }

        @Override
        void register() throws Exception {
            if (timed) {
                timers = getInternalTimerService("user-timers", VoidNamespaceSerializer.INSTANCE, this);
            }
            getPartitionedState(VALUE);
            getPartitionedState(LIST);
            getPartitionedState(MAP);
            getPartitionedState(SUM);
            getPartitionedState(AGGREGATE);
            getPartitionedState("", StringSerializer.INSTANCE, JOINED);
            getPartitionedState("", StringSerializer.INSTANCE, MERGED);
        }

        @Override
        void fill() throws Exception {
            for (long k = 0; k < FIRST; k++) {
                if (!owns(k)) {
                    continue;
                }
                getPartitionedState(VALUE).update("first " + k);
                getPartitionedState(LIST).update(List.of("a" + k, ",", ""));
                MapState<String, Long> map = getPartitionedState(MAP);
                map.put("kept", k);
                map.putAll(Map.of("changed", k));
                getPartitionedState(SUM).add(k);
                getPartitionedState(AGGREGATE).add(k);
                joined("target").addAll(Arrays.asList(1, 2));
                joined("source").add(3);
                getPartitionedState("source", StringSerializer.INSTANCE, MERGED).add(k + 1);
                if (k % 5 == 4) {
                    getPartitionedState("both", StringSerializer.INSTANCE, MERGED).add(k + 1);
                    getPartitionedState("other", StringSerializer.INSTANCE, MERGED).add(k + 2);
                }
                for (long t : TIMES) {
                    if (timed) {
                        timers.registerEventTimeTimer(VoidNamespace.INSTANCE, t);
                    }
                }
            }
        }

        private ListState<Integer> joined(String namespace) throws Exception {
            return getPartitionedState(namespace, StringSerializer.INSTANCE, JOINED);
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) throws Exception {
            super.notifyCheckpointComplete(checkpoint);
            if (!second || written) {
                return;
            }
            written = true;
            for (long k = 0; k < ALL; k++) {
                if (owns(k)) {
                    change(k, (int) (k % 5), k < FIRST);
                }
            }
            Progress.add();
        }

        private void change(long k, int way, boolean first) throws Exception {
            ValueState<String> value = getPartitionedState(VALUE);
            ListState<String> list = getPartitionedState(LIST);
            MapState<String, Long> map = getPartitionedState(MAP);
            if (way == 0 || !first) {
                value.update("second " + k);
            } else if (way == 1) {
                value.clear();
            }
            if (way == 1) {
                list.clear();
                map.clear();
            } else {
                if (way == 2) {
                    list.update(List.of("added"));
                    list.add("twice");
                } else {
                    list.addAll(List.of("added", "twice"));
                }
                if (way == 2) {
                    map.remove("kept");
                }
                if (way != 3 && first) {
                    map.put("changed", -k);
                }
            }
            if (way != 3) {
                map.put("new", 7L);
            }
            getPartitionedState(SUM).add(100L);
            getPartitionedState(AGGREGATE).add(20L);
            if (first) {
                merge(k, way);
            }
            if (timed && first && way == 1) {
                timers.deleteEventTimeTimer(VoidNamespace.INSTANCE, 0);
                timers.deleteEventTimeTimer(VoidNamespace.INSTANCE, 12345); // is not there
            }
            if (timed && !first) {
                timers.registerEventTimeTimer(VoidNamespace.INSTANCE, 44);
            }
        }

        @SuppressWarnings("unchecked")
        private void merge(long k, int way) throws Exception {
            if (way == 0) {
                joined("source").add(4);
                ((InternalMergingState<Long, String, ?, ?, ?>) joined("target")).mergeNamespaces("target", List.of("source", "absent"));
                ((InternalMergingState<Long, String, ?, ?, ?>) getPartitionedState("target", StringSerializer.INSTANCE, MERGED))
                        .mergeNamespaces("target", List.of("source"));
            }
            if (way == 4) {
                ((InternalMergingState<Long, String, ?, ?, ?>) getPartitionedState("both", StringSerializer.INSTANCE, MERGED))
                        .mergeNamespaces("both", List.of("other"));
            }
        }

        @Override
        public void onEventTime(InternalTimer<Long, VoidNamespace> timer) {}

        @Override
        public void onProcessingTime(InternalTimer<Long, VoidNamespace> timer) {}
    }
}
