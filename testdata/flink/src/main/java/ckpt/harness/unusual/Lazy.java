package ckpt.harness.unusual;

import ckpt.harness.Feed;
import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Three subtasks that register different things: "late" only subtask 1, and before the others, so that its state ids differ;
 * subtask 0 registers the other two in reverse order; a {@link Circle} only subtask 2 has seen. The heap backend orders states
 * by hash: "late" comes before the two others, and these have one hash, so that they keep their order of registration.
 */
final class Lazy implements Case {
    private static final String UID = "lazy";
    private static final List<Long> KEYS = IntStream.range(0, 24).mapToObj(i -> i * 1_001L - 7).toList();
    private static final ValueStateDescriptor<Integer> LATE = new ValueStateDescriptor<>("late", Types.INT);
    private static final ValueStateDescriptor<Long> COUNT = new ValueStateDescriptor<>("state-Aa", Types.LONG);
    private static final ValueStateDescriptor<Shape> SHAPE = new ValueStateDescriptor<>("state-BB", Types.POJO(Shape.class));

    @Override
    public String name() {
        return "lazy";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("rocksdb", "canonical", false, 3, 128, 0),
                new Params("hashmap", "canonical", false, 3, 128, -1),
                new Params("hashmap", "native", false, 3, 128, 0));
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        env.addSource(new Feed(0)).uid("feed").keyBy(n -> n, Types.LONG)
                .transform("lazy", Types.LONG, new Operator()).uid(UID);
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        for (long k : KEYS) {
            int owner = KeyGroupRangeAssignment.assignKeyToParallelOperator(k, p.maxParallelism(), p.parallelism());
            rows.keyed(UID, "state-Aa", "value", k, k, "value", k * k);
            rows.keyed(UID, "state-BB", "value", k, k, "value", shape(k, owner).shown());
            if (owner == 1) {
                rows.keyed(UID, "late", "value", k, k, "value", (int) k);
            }
        }
    }

    /** The heap backend writes a serializer's snapshot before it has seen a {@link Circle}: no header describes the class. */
    @Override
    public Map<String, Object> facts(Params p) {
        return p.backend().equals("hashmap")
                ? Json.object("opaque", List.of(Json.object("operator", UID, "state", "state-BB", "kind", "value",
                        "class", Circle.class.getName(), "effect", p.canonical() ? "framed" : "blocks")))
                : Map.of();
    }

    private static Shape shape(long k, int subtask) {
        return subtask == 2 && k % 2 == 0 ? new Circle("circle " + k, k / 2.0) : new Shape("square " + k, 4);
    }

    private static final class Operator extends Seeded {
        @Override
        void register() throws Exception {
            if (subtask() == 0) {
                getPartitionedState(SHAPE);
            }
            if (subtask() == 1) {
                getPartitionedState(LATE);
            }
            getPartitionedState(COUNT);
            getPartitionedState(SHAPE);
        }

        @Override
        void fill() throws Exception {
            for (long k : KEYS) {
                if (!owns(k)) {
                    continue;
                }
                getPartitionedState(COUNT).update(k * k);
                getPartitionedState(SHAPE).update(shape(k, subtask()));
                if (subtask() == 1) {
                    getPartitionedState(LATE).update((int) k);
                }
            }
        }
    }
}
