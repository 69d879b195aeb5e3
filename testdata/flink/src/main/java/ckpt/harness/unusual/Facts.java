package ckpt.harness.unusual;

import ckpt.harness.Json;
import ckpt.harness.restore.Header;
import ckpt.harness.restore.Recorded;
import ckpt.harness.restore.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/** What a report on a snapshot must say of its operators, according to Flink's own readers. */
final class Facts {
    private final Snapshot snapshot;
    private final Map<String, String> uids;

    /** {@code uids} by operator id. */
    Facts(Snapshot snapshot, Map<String, String> uids) {
        this.snapshot = snapshot;
        this.uids = uids;
    }

    List<Object> masterStates() {
        List<Object> all = new ArrayList<>();
        snapshot.metadata().getMasterStates().forEach(s -> all.add(Json.object("name", s.name(), "bytes", s.bytes().length)));
        return all;
    }

    /** The id of the operator without uid. */
    String withoutUid() {
        for (OperatorState s : snapshot.metadata().getOperatorStates()) {
            if (!uids.containsKey(s.getOperatorID().toString())) {
                return s.getOperatorID().toString();
            }
        }
        throw new IllegalStateException("every operator has a uid");
    }

    /** One object an operator, by id. */
    List<Object> operators() throws IOException {
        Map<String, Object> all = new TreeMap<>();
        for (OperatorState s : snapshot.metadata().getOperatorStates()) {
            List<Integer> finished = new ArrayList<>();
            s.getSubtaskStates().forEach((i, t) -> {
                if (t.isFinished()) {
                    finished.add(i);
                }
            });
            String id = s.getOperatorID().toString();
            Map<String, Object> o = Json.object("id", id, "uid", uids.get(id), "name", Recorded.name(s),
                    "parallelism", s.getParallelism(), "maxParallelism", s.getMaxParallelism(),
                    "finished", s.isFullyFinished() ? "all" : finished.isEmpty() ? "none" : "some",
                    "coordinatorBytes", s.getCoordinatorState() == null ? 0 : s.getCoordinatorState().getStateSize());
            if (!finished.isEmpty() && !s.isFullyFinished()) {
                o.put("finishedSubtasks", finished);
            }
            o.put("states", states(s));
            all.put(id, o);
        }
        return List.copyOf(all.values());
    }

    /** Name and kind of each state: the union over all subtasks. */
    private static List<Object> states(OperatorState s) throws IOException {
        Map<String, Object> all = new TreeMap<>();
        for (OperatorSubtaskState t : s.getStates()) {
            for (KeyedStateHandle h : t.getManagedKeyedState()) {
                Header.keyed(h).states().forEach(m -> add(all, m));
            }
            for (OperatorStateHandle h : t.getManagedOperatorState()) {
                Header.operator(h).states().forEach(m -> add(all, m));
            }
            if (!t.getRawKeyedState().isEmpty()) {
                all.put("raw-keyed", Json.object("name", "", "kind", "raw-keyed"));
            }
            if (!t.getRawOperatorState().isEmpty()) {
                all.put("raw-operator", Json.object("name", "", "kind", "raw-operator"));
            }
        }
        return List.copyOf(all.values());
    }

    private static void add(Map<String, Object> all, StateMetaInfoSnapshot m) {
        String kind = Header.kind(m);
        all.put(kind + "/" + m.getName(), Json.object("name", m.getName(), "kind", kind));
    }
}
