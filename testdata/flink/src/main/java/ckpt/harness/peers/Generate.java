package ckpt.harness.peers;

import ckpt.harness.Cluster;
import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Writes the snapshots that readers are compared on: {@code OUTDIR/big-canonical}, {@code OUTDIR/big-heap-native} (savepoints of
 * one HashMap job, parallelism 2, max parallelism 128) and {@code OUTDIR/expected.json}, the {@link Content.Sums} of N keys.
 */
final class Generate {
    private Generate() {}

    static void run(long n, Path out) throws Exception {
        Params p = new Params("hashmap", "canonical", false, 2, 128, -1);
        try (Cluster cluster = new Cluster()) {
            var env = Cluster.environment(p, Cluster.configuration(p));
            env.getConfig().enableObjectReuse();
            env.addSource(new Feed(n)).uid("feed").returns(Types.LONG)
                    .map(i -> Content.permute(i, n)).uid("permute").returns(Types.LONG)
                    .keyBy(Content::key, Types.STRING)
                    .process(new Fill()).uid("users").name("users").returns(Types.VOID);
            var job = cluster.submit(env, "peers-" + n);
            cluster.await(job, n);
            Cluster.move(cluster.savepoint(job, true), out.resolve("big-canonical"));
            Cluster.move(cluster.savepoint(job, false), out.resolve("big-heap-native"));
            cluster.cancel(job);
        }
        Files.writeString(out.resolve("expected.json"), Json.text(Content.expected(n).facts()) + "\n");
    }

    static final class Fill extends KeyedProcessFunction<String, Long, Void> {
        private transient ValueState<User> user;
        private transient MapState<String, Long> visits;

        @Override
        public void open(OpenContext c) {
            user = getRuntimeContext().getState(new ValueStateDescriptor<>("user", Types.POJO(User.class)));
            visits = getRuntimeContext().getMapState(new MapStateDescriptor<>("visits", Types.STRING, Types.LONG));
        }

        @Override
        public void processElement(Long i, Context ctx, Collector<Void> out) throws Exception {
            user.update(Content.user(i));
            for (int j = 0, n = Content.visits(i); j < n; j++) {
                visits.put(Content.page(i, j), Content.views(i, j));
            }
            Progress.add();
        }
    }
}
