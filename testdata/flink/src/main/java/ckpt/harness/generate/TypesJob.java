package ckpt.harness.generate;

import ckpt.harness.Api;
import ckpt.harness.Feed;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import ckpt.harness.Seen;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Values of every type, in value states named by type. Key i holds the type's value i. */
final class TypesJob implements Job {
    @Override
    public String name() {
        return "types";
    }

    /** The operators and their states. */
    private static Map<String, List<Sample<?>>> operators(Params p) {
        Map<String, List<Sample<?>>> m = new LinkedHashMap<>();
        m.put("scalars", Sample.scalars());
        m.put("arrays", Sample.arrays());
        m.put("structs", Sample.structs(p));
        m.put("avro", AvroSamples.all());
        m.put("collections", Sample.collections());
        if (p.rocksdb()) { // the heap writes its serializer's snapshot before the values
            m.put("open", Sample.open());
        }
        return m;
    }

    private static int keys(List<Sample<?>> samples) {
        return samples.stream().mapToInt(s -> s.values().size()).max().orElseThrow();
    }

    @Override
    public long build(StreamExecutionEnvironment env, Params p) {
        Configuration c = new Configuration();
        c.set(PipelineOptions.SERIALIZATION_CONFIG, List.of(
                Pojos.Circle.class.getName() + ": {type: pojo}", Pojos.Square.class.getName() + ": {type: pojo}"));
        env.configure(c);
        long all = 0;
        for (var op : operators(p).entrySet()) {
            int n = keys(op.getValue());
            env.addSource(new Feed(n), "feed", Types.LONG).uid("feed-" + op.getKey())
                    .keyBy(i -> i, Types.LONG)
                    .process(new Fill(p, op.getKey()), Types.LONG).uid(op.getKey()).name(op.getKey())
                    .process(new Seen<>(), Types.VOID).uid("seen-" + op.getKey());
            all += n;
        }
        return all;
    }

    @Override
    public void expect(Rows rows, Params p, Map<String, Object> written) {
        operators(p).forEach((uid, samples) -> {
            for (Sample<?> s : samples) {
                for (long i = 0; i < s.values().size(); i++) {
                    rows.keyed(uid, s.state(), "value", i, i, "value", Shown.of(s.values().get((int) i)));
                }
            }
        });
    }

    @Override
    public List<Object> kryo() {
        return Api.COLLECTIONS ? List.of() : List.of("collections/bag");
    }

    private static final class Fill extends KeyedProcessFunction<Long, Long, Long> {
        private final Params params;
        private final String operator;
        private transient List<Sample<?>> samples;
        private transient List<ValueState<Object>> states;

        Fill(Params params, String operator) {
            this.params = params;
            this.operator = operator;
        }

        @Override
        public void open(OpenContext c) {
            samples = operators(params).get(operator);
            states = new ArrayList<>();
            for (Sample<?> s : samples) {
                @SuppressWarnings("unchecked")
                Sample<Object> o = (Sample<Object>) s;
                states.add(getRuntimeContext().getState(new ValueStateDescriptor<>(o.state(), o.type())));
            }
        }

        @Override
        public void processElement(Long i, Context ctx, Collector<Long> out) throws Exception {
            for (int s = 0; s < states.size(); s++) {
                if (i < samples.get(s).values().size()) {
                    states.get(s).update(samples.get(s).values().get(i.intValue()));
                }
            }
            out.collect(i);
        }
    }
}
