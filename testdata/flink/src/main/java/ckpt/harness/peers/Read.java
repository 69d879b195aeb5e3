package ckpt.harness.peers;

import ckpt.harness.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.state.api.SavepointReader;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/**
 * The State Processor API decodes every entry of a snapshot of {@link Generate} on two subtasks and drops it: its fastest way.
 * Prints one line with the cost of the whole job (JIT and garbage collection included) and whether the sums are right.
 */
final class Read {
    private static final Content.Sums TOTAL = new Content.Sums();

    private Read() {}

    static void run(Path snapshot, Path expected) throws Exception {
        Configuration c = new Configuration();
        c.setString("taskmanager.memory.network.min", "128m");
        c.setString("taskmanager.memory.network.max", "128m");
        c.setString("taskmanager.memory.managed.size", "128m");
        c.setString("rest.bind-port", "0");
        c.setString("execution.batch.adaptive.auto-parallelism.enabled", "false");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, c);
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.getConfig().enableObjectReuse();
        SavepointReader.read(env, "buffered://" + snapshot.toRealPath(), new HashMapStateBackend())
                .readKeyedState(OperatorIdentifier.forUid("users"), new Reader(), Types.STRING, Types.LONG)
                .filter(x -> false).setParallelism(2) // chained to the source: nothing is exchanged
                .print();

        long wall = System.nanoTime();
        double cpu = cpuSeconds();
        env.execute("read");
        cpu = cpuSeconds() - cpu;
        String want = Files.readString(expected).trim();
        System.out.println(Json.text(Json.object(
                "reader", "State Processor API, Flink " + EnvironmentInformation.getVersion(),
                "snapshot", snapshot.getFileName().toString(),
                "entries", TOTAL.entries(),
                "wallSeconds", (System.nanoTime() - wall) / 1e9,
                "cpuSeconds", cpu,
                "entriesPerCpuSecond", Math.round(TOTAL.entries() / cpu),
                "peakMB", status("VmHWM") / 1024,
                "sumsRight", want.equals(Json.text(TOTAL.facts())))));
    }

    /** User and system time of all threads of this process. */
    private static double cpuSeconds() throws Exception {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    private static long status(String name) throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return 0;
    }

    private static final class Reader extends ReaderBase<String, Long> {
        private transient ValueState<User> user;
        private transient MapState<String, Long> visits;
        private transient Content.Sums sums;

        @Override
        protected void init() {
            user = getRuntimeContext().getState(new ValueStateDescriptor<>("user", Types.POJO(User.class)));
            visits = getRuntimeContext().getMapState(new MapStateDescriptor<>("visits", Types.STRING, Types.LONG));
            sums = new Content.Sums();
        }

        /** Something is emitted for every key: the source takes a key without output for the end of its split. */
        @Override
        public void readKey(String key, Context ctx, Collector<Long> out) throws Exception {
            User u = user.value();
            if (u != null) {
                sums.add(u);
            }
            boolean any = false;
            for (Map.Entry<String, Long> e : visits.entries()) {
                any = true;
                sums.addVisit(e.getValue());
            }
            if (any) {
                sums.addMap();
            }
            out.collect(1L);
        }

        @Override
        public void close() {
            if (sums != null) {
                TOTAL.add(sums);
                sums = null;
            }
        }
    }
}
