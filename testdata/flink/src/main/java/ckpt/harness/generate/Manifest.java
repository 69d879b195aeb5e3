package ckpt.harness.generate;

import ckpt.harness.Json;
import ckpt.harness.Params;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.state.api.runtime.OperatorIDGenerator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What wrote a snapshot. It lies as {@code manifest.json} beside it. */
public final class Manifest {
    private Manifest() {}

    /** The operators of a job that was not yet submitted: uid, id, parallelism. */
    public static List<Object> operators(StreamExecutionEnvironment env) {
        Map<String, Object> ops = new TreeMap<>();
        for (Transformation<?> leaf : env.getTransformations()) {
            for (Transformation<?> t : leaf.getTransitivePredecessors()) {
                if (t.getUid() != null) {
                    ops.put(t.getUid(), Json.object("uid", t.getUid(), "id",
                            OperatorIDGenerator.fromUid(t.getUid()).toString(), "parallelism", t.getParallelism()));
                }
            }
        }
        return List.copyOf(ops.values());
    }

    /** Fields of a manifest; what a job adds goes behind {@code params}. */
    public static Map<String, Object> of(String job, Params p) {
        return Json.object(
                "flinkVersion", EnvironmentInformation.getVersion(),
                "job", job,
                "trigger", p.format().equals("checkpoint") ? "checkpoint" : "savepoint",
                "backend", p.backend(),
                "format", p.format(),
                "compressed", p.compressed(),
                "parallelism", p.parallelism(),
                "maxParallelism", p.maxParallelism(),
                "inlineThreshold", p.inlineThreshold() < 0 ? 20480 : p.inlineThreshold());
    }

    /** The text of a manifest: one field a line, one operator a line. */
    public static String text(Map<String, Object> manifest) {
        return manifest.entrySet().stream()
                .map(e -> "  " + Json.text(e.getKey()) + ": " + (e.getKey().equals("operators")
                        ? ((List<?>) e.getValue()).stream().map(o -> "    " + Json.text(o))
                                .collect(Collectors.joining(",\n", "[\n", "\n  ]"))
                        : Json.text(e.getValue())))
                .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
    }
}
