package ckpt.harness.generate;

import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** One value state under every other type of key: each has its own Java hash, and so its own way to a key group. */
final class KeysJob implements Job {
    @Override
    public String name() {
        return "keys";
    }

    @Override
    public long build(StreamExecutionEnvironment env, Params p) {
        long n = 0;
        for (KeyCase<?> c : KeyCase.PLACED) {
            n += KvJob.attach(env, c, new Fill<>());
        }
        return n;
    }

    @Override
    public void expect(Rows rows, Params p, Map<String, Object> written) {
        for (KeyCase<?> c : KeyCase.PLACED) {
            for (int i = 0; i < c.keys().size(); i++) {
                new KvJob.Keyed(rows, c, i).value("value", "value", KvJob.value(i));
            }
        }
    }

    private static final class Fill<K> extends KeyedProcessFunction<K, Long, Long> {
        private transient ValueState<Long> value;

        @Override
        public void open(OpenContext c) {
            value = getRuntimeContext().getState(new ValueStateDescriptor<>("value", Types.LONG));
        }

        @Override
        public void processElement(Long record, Context ctx, Collector<Long> out) throws Exception {
            value.update(KvJob.value(record.intValue()));
            out.collect(record);
        }
    }
}
