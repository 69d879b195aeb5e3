package ckpt.harness.unusual;

import ckpt.harness.Feed;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * String keys with String namespaces: the one combination for which the full layout puts lengths behind both, with one, two
 * and three bytes.
 */
final class Namespaces implements Case {
    private static final String UID = "namespaces";
    private static final ValueStateDescriptor<String> NAMED = new ValueStateDescriptor<>("named", Types.STRING);
    private static final MapStateDescriptor<String, Long> COUNTED =
            new MapStateDescriptor<>("counted", Types.STRING, Types.LONG);
    private static final int BIG = 70_000;

    /** An entry of the value state or, with a map key, of the map state. */
    private record Cell(String key, String namespace, String mapKey) {
        String text() {
            return key.length() + " x " + namespace.length();
        }

        long number() {
            return key.length() * 1_000_000L + namespace.length() * 10L + mapKey.length();
        }
    }

    @Override
    public String name() {
        return "namespaces";
    }

    @Override
    public List<Params> captures() {
        return List.of(
                new Params("rocksdb", "canonical", false, 2, 128, -1),
                new Params("hashmap", "canonical", false, 2, 129, 0),
                new Params("hashmap", "canonical", true, 2, 128, -1),
                new Params("hashmap", "native", false, 2, 129, -1),
                new Params("hashmap", "native", true, 2, 128, 0));
    }

    @Override
    public void build(StreamExecutionEnvironment env, Params p) {
        env.addSource(new Feed(0)).uid("feed").keyBy(n -> "", Types.STRING)
                .transform("namespaces", Types.LONG, new Operator()).uid(UID);
    }

    @Override
    public void expect(Rows rows, Params p, Facts facts) {
        for (Cell c : cells()) {
            if (c.mapKey == null) {
                rows.keyed(UID, "named", "value", c.key, c.key, "namespace", c.namespace, "value", c.text());
            } else {
                rows.keyed(UID, "counted", "map", c.key, c.key,
                        "namespace", c.namespace, "map_key", c.mapKey, "value", c.number());
            }
        }
    }

    /**
     * Lengths around those whose encoded form takes 255 and 256 bytes (a string of 253 characters takes 255), and strings
     * that look like the length suffix of themselves.
     */
    private static List<Cell> cells() {
        List<String> small = new ArrayList<>(List.of("", "\u0002", "\u0003\u0003"));
        for (int n : new int[] {1, 253, 254, 255, 256}) {
            small.add(string(n));
        }
        String big = string(BIG);
        List<Cell> cells = new ArrayList<>();
        for (String key : small) {
            for (String namespace : small) {
                cells.add(new Cell(key, namespace, null));
                cells.add(new Cell(key, namespace, ""));
                cells.add(new Cell(key, namespace, "\u0003\u0003"));
            }
        }
        cells.add(new Cell(big, "", null));
        cells.add(new Cell("a", big, null));
        cells.add(new Cell(big, big, "k"));
        return cells;
    }

    private static String string(int n) {
        StringBuilder s = new StringBuilder(n);
        for (int i = 0; i < n; i++) {
            s.append((char) ('a' + i % 26));
        }
        return s.toString();
    }

    private static final class Operator extends Seeded {
        @Override
        void register() throws Exception {
            named("");
            counted("");
        }

        @Override
        void fill() throws Exception {
            for (Cell c : cells()) {
                if (!owns(c.key)) {
                    continue;
                }
                if (c.mapKey == null) {
                    named(c.namespace).update(c.text());
                } else {
                    counted(c.namespace).put(c.mapKey, c.number());
                }
            }
        }

        private ValueState<String> named(String namespace) throws Exception {
            return getPartitionedState(namespace, StringSerializer.INSTANCE, NAMED);
        }

        private MapState<String, Long> counted(String namespace) throws Exception {
            return getPartitionedState(namespace, StringSerializer.INSTANCE, COUNTED);
        }
    }
}
