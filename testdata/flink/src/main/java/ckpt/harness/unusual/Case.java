package ckpt.harness.unusual;

import ckpt.harness.Cluster;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A job whose snapshots have something that ordinary ones have not. */
interface Case {
    /** The part of the snapshot's name that says what is unusual. */
    String name();

    /** How the job is captured: one snapshot each. */
    List<Params> captures();

    /** Settings of the cluster that the job needs for itself. */
    default Map<String, String> cluster(Params p) {
        return Map.of();
    }

    /** Changes the configuration of the job. */
    default void configure(Configuration c) {}

    /** Waits until a job whose tasks all run is as it shall be captured. */
    default void prepare(Cluster cluster, JobID job, Params p) throws Exception {}

    /** Adds the job's operators. */
    void build(StreamExecutionEnvironment env, Params p);

    /** What a snapshot of the job must show. */
    void expect(Rows rows, Params p, Facts facts);

    /** Facts for the manifest that neither the rows nor Flink's own reader give. */
    default Map<String, Object> facts(Params p) {
        return Map.of();
    }

    /** Whether Flink's own reader finds every state. It does not read changes. */
    default boolean described() {
        return true;
    }

    /** How many records must have been taken in before the snapshot is taken. */
    default long records(Params p) {
        return 0;
    }

    /** The text of a file for {@code --types}, without which values are opaque; null: none is needed. */
    default String types() {
        return null;
    }

    /** Files that the one for {@code --types} names, by their name. */
    default Map<String, byte[]> files() {
        return Map.of();
    }

    /** How many subtasks must have finished before the snapshot is taken. */
    default int finishing(Params p) {
        return 0;
    }
}
