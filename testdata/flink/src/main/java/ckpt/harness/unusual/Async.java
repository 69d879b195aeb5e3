package ckpt.harness.unusual;

import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import ckpt.harness.generate.Shown;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.async.AsyncFunction;
import org.apache.flink.streaming.api.functions.async.ResultFuture;

/**
 * Requests that are never answered, and those that wait behind them. Each subtask gets four: the even ones stay open, the odd
 * ones are answered at once. After two of them comes a watermark.
 */
final class Async implements Case {
    private static final int EACH = 4;
    private static final TypeInformation<Tuple2<Long, String>> REQUEST = Types.TUPLE(Types.LONG, Types.STRING);
    private static final String STATE = "_async_wait_operator_state_";

    @Override
    public String name() {
        return "async";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("hashmap", "canonical", false, 2, 128, -1),
                new Params("hashmap", "checkpoint", true, 1, 128, 0),
                new Params("rocksdb", "native", true, 2, 128, 0));
    }

    @Override
    public long records(Params p) {
        return EACH * p.parallelism();
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        var requests = env.addSource(new Feed(records(p))).uid("feed")
                .transform("clock", REQUEST, new Clock<>(new Requests(p.parallelism()))).uid("clock");
        AsyncDataStream.orderedWait(requests, new Ask(p.parallelism()), 0, TimeUnit.MILLISECONDS, EACH + 1).uid("ordered");
        AsyncDataStream.unorderedWait(requests, new Ask(p.parallelism()), 0, TimeUnit.MILLISECONDS, EACH + 1).uid("unordered");
    }

    /** In order, an answer waits for those before it; without, only a watermark is waited for: what follows it has to wait too. */
    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        Requests requests = new Requests(p.parallelism());
        for (int subtask = 0; subtask < p.parallelism(); subtask++) {
            Object[] r = new Object[EACH];
            for (int j = 0; j < EACH; j++) {
                long i = (long) j * p.parallelism() + subtask;
                r[j] = Json.object("element", "record", "timestamp", requests.timestamp(i), "value", Shown.of(requests.value(i)));
            }
            Object watermark = Json.object("element", "watermark", "timestamp", requests.watermark(p.parallelism() + subtask),
                    "value", null);
            list(rows, "ordered", subtask, r[0], r[1], watermark, r[2], r[3]);
            list(rows, "unordered", subtask, r[0], watermark, r[3], r[2]);
        }
    }

    private static void list(Rows rows, String uid, int subtask, Object... elements) {
        for (int index = 0; index < elements.length; index++) {
            rows.row(uid, STATE, "operator-list", "subtask", subtask, "index", index, "value", elements[index]);
        }
    }

    /** The j-th of a subtask is number {@code j * parallelism + subtask}. */
    private record Requests(int parallelism) implements Clock.Events<Tuple2<Long, String>> {
        @Override
        public Tuple2<Long, String> value(long i) {
            return Tuple2.of(i, "request, " + i);
        }

        @Override
        public Long timestamp(long i) {
            long j = i / parallelism;
            return j == 1 || j == 2 ? 1_700_000_000_000L + i : null;
        }

        @Override
        public Long watermark(long i) {
            return i / parallelism == 1 ? 1_699_999_999_999L - i % parallelism : null;
        }
    }

    private record Ask(int parallelism) implements AsyncFunction<Tuple2<Long, String>, Long> {
        @Override
        public void asyncInvoke(Tuple2<Long, String> request, ResultFuture<Long> answer) {
            if (request.f0 / parallelism % 2 == 1) {
                answer.complete(List.of(request.f0));
            }
        }
    }
}
