package ckpt.harness.generate;

import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Timers at the ends of time. No watermark ever comes, so none fires. One key in three has event-time timers only, one
 * processing-time timers only, one both; every fourth has a value too, so the others have timers and nothing else.
 */
final class TimersJob implements Job {
    static final List<KeyCase<?>> KEYS = List.of(KeyCase.LONG, KeyCase.TUPLE, KeyCase.POJO);

    private static final long[] EVENT = {Long.MIN_VALUE + 10, -1, 0, 1_700_000_000_000L, Long.MAX_VALUE};
    /** Processing time must not come while the job runs: from the year 2100 on. */
    private static final long[] PROCESSING = {4_102_444_800_000L, Long.MAX_VALUE - 1, Long.MAX_VALUE};

    private final boolean heap;

    /** {@code heap}: a RocksDB job keeps its timers on the heap, and a checkpoint of it has them as raw keyed state. */
    TimersJob(boolean heap) {
        this.heap = heap;
    }

    @Override
    public String name() {
        return heap ? "heap-timers" : "timers";
    }

    @Override
    public long build(StreamExecutionEnvironment env, Params p) {
        Configuration c = new Configuration();
        c.setString("state.backend.rocksdb.timer-service.factory", heap ? "HEAP" : "ROCKSDB");
        env.configure(c);
        long n = 0;
        for (KeyCase<?> k : KEYS) {
            n += KvJob.attach(env, k, new Register<>());
        }
        return n;
    }

    private static boolean event(int i) {
        return i % 3 != 1;
    }

    private static boolean processing(int i) {
        return i % 3 != 0;
    }

    private static boolean value(int i) {
        return i % 4 == 0;
    }

    @Override
    public void expect(Rows rows, Params p, Map<String, Object> written) {
        for (KeyCase<?> k : KEYS) {
            for (int i = 0; i < k.keys().size(); i++) {
                if (event(i)) {
                    timers(rows, k, i, "_timer_state/event_user-timers", EVENT);
                }
                if (processing(i)) {
                    timers(rows, k, i, "_timer_state/processing_user-timers", PROCESSING);
                }
                if (value(i)) {
                    new KvJob.Keyed(rows, k, i).value("value", "value", KvJob.value(i));
                }
            }
        }
    }

    private static void timers(Rows rows, KeyCase<?> k, int i, String state, long[] times) {
        Object key = k.keys().get(i);
        for (long t : times) {
            rows.keyed(k.uid(), state, "timer", key, Shown.of(key), "timestamp", t);
        }
    }

    private static final class Register<K> extends KeyedProcessFunction<K, Long, Long> {
        private transient ValueState<Long> value;

        @Override
        public void open(OpenContext c) {
            value = getRuntimeContext().getState(new ValueStateDescriptor<>("value", Types.LONG));
        }

        @Override
        public void processElement(Long record, Context ctx, Collector<Long> out) throws Exception {
            int i = record.intValue();
            TimerService timers = ctx.timerService();
            if (event(i)) {
                for (long t : EVENT) {
                    timers.registerEventTimeTimer(t);
                }
            }
            if (processing(i)) {
                for (long t : PROCESSING) {
                    timers.registerProcessingTimeTimer(t);
                }
            }
            if (value(i)) {
                value.update(KvJob.value(i));
            }
            out.collect(record);
        }
    }
}
