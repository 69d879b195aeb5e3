package ckpt.harness.generate;

import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import ckpt.harness.Seen;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
import org.apache.flink.util.Collector;

/** Split lists, union lists and broadcast state. Record i goes to subtask i mod parallelism. */
final class OperatorJob implements Job {
    private static final int RECORDS = 22;
    private static final int RULES = 7;

    private static final MapStateDescriptor<String, Pojos.Account> RULE =
            new MapStateDescriptor<>("rules", Types.STRING, Types.POJO(Pojos.Account.class));
    private static final MapStateDescriptor<Tuple2<Integer, Long>, List<String>> LIMIT = new MapStateDescriptor<>(
            "limits", Types.TUPLE(Types.INT, Types.LONG), Types.LIST(Types.STRING));
    private static final MapStateDescriptor<Long, Long> UNUSED = new MapStateDescriptor<>("unused", Types.LONG, Types.LONG);

    @Override
    public String name() {
        return "operator";
    }

    @Override
    public long build(StreamExecutionEnvironment env, Params p) {
        env.addSource(new Feed(RECORDS), "feed", Types.LONG).uid("feed-lists")
                .process(new Lists(), Types.LONG).uid("lists").name("lists")
                .process(new Seen<>(), Types.VOID).uid("seen-lists");
        var rules = env.addSource(new Feed(RULES), "rules", Types.LONG).setParallelism(1).uid("feed-rules")
                .broadcast(RULE, LIMIT, UNUSED);
        env.addSource(new Feed(RECORDS), "feed", Types.LONG).uid("feed-broadcast")
                .connect(rules).process(new Rules(), Types.LONG).uid("broadcast").name("broadcast")
                .process(new Seen<>(), Types.VOID).uid("seen-broadcast");
        return 2 * RECORDS + (long) RULES * p.parallelism();
    }

    private static String text(long i) {
        return List.of("", ",", "plain", "\ud83d\ude00\0", "a,b,,").get((int) (i % 5)) + i;
    }

    private static Tuple2<Long, List<String>> pair(long i) {
        return Tuple2.of(-i, KvJob.list((int) i));
    }

    private static Pojos.Account account(long i) {
        return new Pojos.Account((int) i, i % 3 == 0 ? null : text(i));
    }

    @Override
    public void expect(Rows rows, Params p, Map<String, Object> written) {
        for (int i = 0; i < RECORDS; i++) {
            int subtask = i % p.parallelism();
            long index = i / p.parallelism();
            element(rows, "strings", "operator-list", subtask, index, text(i));
            element(rows, "pairs", "operator-list", subtask, index, pair(i));
            element(rows, "numbers", "operator-union", subtask, index, i * 0x2c2c2cL);
            element(rows, "accounts", "operator-union", subtask, index, account(i));
        }
        element(rows, "bulk", "operator-list", 0, 0, KeyCase.LONG_TEXT);
        for (int i = 0; i < RULES; i++) {
            rows.row("broadcast", "rules", "broadcast", "subtask", 0, "map_key", text(i), "value", Shown.of(account(i)));
            rows.row("broadcast", "limits", "broadcast", "subtask", 0, "map_key", Shown.of(Tuple2.of(i, 44L)),
                    "value", Shown.of(KvJob.list(i)));
        }
    }

    @Override
    public Map<String, Object> emptyCollections(Params p) {
        return Json.object("broadcast/unused", 1); // of the copy that is shown
    }

    private static void element(Rows rows, String state, String kind, int subtask, long index, Object v) {
        rows.row("lists", state, kind, "subtask", subtask, "index", index, "value", Shown.of(v));
    }

    private static final class Lists extends ProcessFunction<Long, Long> implements CheckpointedFunction {
        private transient ListState<String> strings, bulk;
        private transient ListState<Tuple2<Long, List<String>>> pairs;
        private transient ListState<Long> numbers;
        private transient ListState<Pojos.Account> accounts;

        @Override
        public void initializeState(FunctionInitializationContext c) throws Exception {
            var store = c.getOperatorStateStore();
            strings = store.getListState(new ListStateDescriptor<>("strings", Types.STRING));
            bulk = store.getListState(new ListStateDescriptor<>("bulk", Types.STRING));
            pairs = store.getListState(new ListStateDescriptor<>("pairs", Types.TUPLE(Types.LONG, Types.LIST(Types.STRING))));
            numbers = store.getUnionListState(new ListStateDescriptor<>("numbers", Types.LONG));
            accounts = store.getUnionListState(new ListStateDescriptor<>("accounts", Types.POJO(Pojos.Account.class)));
            store.getListState(new ListStateDescriptor<>("empty", Types.LONG));
        }

        @Override
        public void snapshotState(FunctionSnapshotContext c) {}

        @Override
        public void processElement(Long i, Context ctx, Collector<Long> out) throws Exception {
            strings.add(text(i));
            pairs.add(pair(i));
            numbers.add(i * 0x2c2c2cL);
            accounts.add(account(i));
            if (i == 0) {
                bulk.add(KeyCase.LONG_TEXT); // longer than a compressed chunk
            }
            out.collect(i);
        }
    }

    private static final class Rules extends BroadcastProcessFunction<Long, Long, Long> {
        @Override
        public void processElement(Long i, ReadOnlyContext ctx, Collector<Long> out) {
            out.collect(i);
        }

        @Override
        public void processBroadcastElement(Long i, Context ctx, Collector<Long> out) throws Exception {
            ctx.getBroadcastState(RULE).put(text(i), account(i));
            ctx.getBroadcastState(LIMIT).put(Tuple2.of(i.intValue(), 44L), KvJob.list(i.intValue()));
            out.collect(i);
        }
    }
}
