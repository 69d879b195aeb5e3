package ckpt.harness.generate;

import ckpt.harness.Feed;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import ckpt.harness.Seen;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** A value of 40 MiB among small ones. */
final class BigJob implements Job {
    private static final int KEYS = 9, BIG = 4;

    @Override
    public String name() {
        return "big";
    }

    private static byte[] blob(long i) {
        byte[] b = new byte[i == BIG ? 40 << 20 : (int) i];
        long x = i + 1;
        for (int j = 0; j < b.length; j++) { // does not compress
            x = x * 6364136223846793005L + 1442695040888963407L;
            b[j] = (byte) (x >>> 56);
        }
        return b;
    }

    @Override
    public long build(StreamExecutionEnvironment env, Params p) {
        env.addSource(new Feed(KEYS), "feed", Types.LONG).uid("feed")
                .keyBy(i -> i, Types.LONG)
                .process(new Fill(), Types.LONG).uid("blobs").name("blobs")
                .process(new Seen<>(), Types.VOID).uid("seen");
        return KEYS;
    }

    @Override
    public void expect(Rows rows, Params p, Map<String, Object> written) {
        for (long i = 0; i < KEYS; i++) {
            rows.keyed("blobs", "blob", "value", i, i, "value", Shown.of(blob(i)));
        }
    }

    private static final class Fill extends KeyedProcessFunction<Long, Long, Long> {
        private transient ValueState<byte[]> blob;

        @Override
        public void open(OpenContext c) {
            blob = getRuntimeContext().getState(
                    new ValueStateDescriptor<>("blob", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        }

        @Override
        public void processElement(Long i, Context ctx, Collector<Long> out) throws Exception {
            blob.update(blob(i));
            out.collect(i);
        }
    }
}
