package ckpt.harness.unusual;

import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A source that has finished, one of which (with what follows it) one subtask has, and an operator of which none has;
 * coordinator state; a hook in the job master.
 */
final class Finished implements Case {
    private static final List<String> KEYS = List.of("north", "east", "south", "west");
    private static final ValueStateDescriptor<String> VALUE = new ValueStateDescriptor<>("value", Types.STRING);
    private static final ListStateDescriptor<String> LIST = new ListStateDescriptor<>("list", Types.STRING);

    @Override
    public String name() {
        return "finished";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("hashmap", "canonical", false, 2, 128, -1),
                new Params("hashmap", "checkpoint", false, 2, 128, 0));
    }

    @Override
    public int finishing(Params p) {
        return p.parallelism() + 2;
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        var bounded = source(env, "bounded", p.parallelism());
        var partial = source(env, "partial", 1).map(new Hook()).returns(Types.LONG).uid("hook")
                .transform("partial-list", Types.LONG, new Partial()).uid("partial-list").startNewChain();
        bounded.union(partial).keyBy(n -> "", Types.STRING)
                .transform("running", Types.LONG, new Running()).uid("running");
    }

    private static DataStream<Long> source(
            StreamExecutionEnvironment env, String uid, int ending) {
        return env.fromSource(new Held(ending), WatermarkStrategy.noWatermarks(), uid, Types.LONG).uid(uid);
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        for (String k : KEYS) {
            rows.keyed("running", "value", "value", k, k, "value", "to the " + k);
        }
        rows.row("partial-list", "list", "operator-list", "subtask", 1, "index", 0, "value", "of subtask 1");
        try {
            byte[] split = SimpleVersionedSerialization.writeVersionAndSerialize(
                    new Held(1).getSplitSerializer(), Held.Split.of(1));
            rows.row("partial", "SourceReaderState", "operator-list", "subtask", 1, "index", 0, "value", Json.base64(split));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Running extends Seeded {
        @Override
        void register() throws Exception {
            getPartitionedState(VALUE);
        }

        @Override
        void fill() throws Exception {
            for (String k : KEYS) {
                if (owns(k)) {
                    getPartitionedState(VALUE).update("to the " + k);
                }
            }
        }
    }

    private static final class Partial extends Seeded {
        @Override
        void register() throws Exception {
            list();
        }

        @Override
        void fill() throws Exception {
            list().add("of subtask " + subtask());
        }

        private ListState<String> list() throws Exception {
            return getOperatorStateBackend().getListState(LIST);
        }
    }
}
