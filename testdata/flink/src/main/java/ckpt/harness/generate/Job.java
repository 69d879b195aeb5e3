package ckpt.harness.generate;

import ckpt.harness.Json;
import ckpt.harness.Params;
import ckpt.harness.Rows;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** One kind of content: a job, and the rows that a snapshot of it must show. */
interface Job {
    String name();

    /** Builds the job and returns how many records its counting sinks will see. */
    long build(StreamExecutionEnvironment env, Params p) throws Exception;

    /** Adds the rows; {@code written} stands for any wall-clock time at which the job wrote. */
    void expect(Rows rows, Params p, Map<String, Object> written);

    /** States with values that Kryo wrote, as {@code operator/state}. */
    default List<Object> kryo() {
        return List.of();
    }

    /** Collections that are stored without elements, so have no row, as {@code operator/state} to count. */
    default Map<String, Object> emptyCollections(Params p) {
        return Json.object();
    }
}
