package ckpt.harness.unusual;

import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A job whose snapshots have something that ordinary ones have not. */
interface Case {
    /** The part of the snapshot's name that says what is unusual. */
    String name();

    /** How the job is captured: one snapshot each. */
    List<Params> captures();

    /** Adds the job's operators. */
    void build(StreamExecutionEnvironment env, Params p);

    /** What a snapshot of the job must show. */
    void expect(Rows rows, Params p, Facts facts);

    /** Facts for the manifest that neither the rows nor Flink's own reader give. */
    default Map<String, Object> facts(Params p) {
        return Map.of();
    }

    /** How many subtasks must have finished before the snapshot is taken. */
    default int finishing(Params p) {
        return 0;
    }
}
