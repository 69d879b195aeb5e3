package ckpt.harness.metadata;

import ckpt.harness.Json;
import ckpt.harness.restore.Recorded;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.CheckpointProperties;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;

/** What Flink understood of a {@code _metadata} file, as JSON. Handles are texts; see {@link Handles}. */
final class Summary {
    private Summary() {}

    static Map<String, Object> of(CheckpointMetadata m) {
        List<Object> masters = new ArrayList<>();
        m.getMasterStates().forEach(s -> masters.add(Json.object(
                "name", s.name(), "version", s.version(), "payload", HexFormat.of().formatHex(s.bytes()))));
        Map<String, Object> operators = new TreeMap<>();
        m.getOperatorStates().forEach(s -> operators.put(s.getOperatorID().toString(), operator(s)));
        return Json.object(
                "checkpointId", m.getCheckpointId(),
                "properties", m.getCheckpointProperties() == null ? null : properties(m.getCheckpointProperties()),
                "masterStates", masters,
                "operators", operators);
    }

    private static Map<String, Object> properties(CheckpointProperties p) {
        String format = p.getCheckpointType() instanceof SavepointType s
                ? s.getFormatType().name()
                : p.getCheckpointType().getSharingFilesStrategy().name();
        return Json.object("name", p.getCheckpointType().getName(), "savepoint", p.isSavepoint(), "format", format,
                "unclaimed", p.isUnclaimed());
    }

    private static Map<String, Object> operator(OperatorState s) {
        Map<String, Object> o = Json.object(
                "name", Recorded.name(s),
                "uid", Recorded.uid(s),
                "parallelism", s.getParallelism(),
                "maxParallelism", s.getMaxParallelism(),
                "fullyFinished", s.isFullyFinished(),
                "coordinator", Handles.stream(s.getCoordinatorState()));
        if (!s.isFullyFinished()) {
            Map<String, Object> subtasks = new TreeMap<>();
            s.getSubtaskStates().forEach((i, t) -> subtasks.put(i.toString(), subtask(t)));
            o.put("subtasks", subtasks);
        }
        return o;
    }

    private static Map<String, Object> subtask(OperatorSubtaskState s) {
        if (s.isFinished()) {
            return Json.object("finished", true);
        }
        return Json.object(
                "managedOperator", s.getManagedOperatorState().stream().map(Handles::operator).toList(),
                "rawOperator", s.getRawOperatorState().stream().map(Handles::operator).toList(),
                "managedKeyed", s.getManagedKeyedState().stream().map(Handles::keyed).toList(),
                "rawKeyed", s.getRawKeyedState().stream().map(Handles::keyed).toList(),
                "inputs", Channels.inputs(s).stream().map(Handles::channel).toList(),
                "outputs", Channels.outputs(s).stream().map(Handles::channel).toList());
    }
}
