package ckpt.harness;

import java.io.Serializable;

/**
 * How a job runs and is captured.
 *
 * @param backend {@code hashmap} or {@code rocksdb}
 * @param format {@code canonical} or {@code native} (savepoints), {@code checkpoint} (retained)
 * @param inlineThreshold bytes up to which state lies inside {@code _metadata}; -1: Flink's default, 20 KiB
 */
public record Params(
        String backend, String format, boolean compressed, int parallelism, int maxParallelism, int inlineThreshold)
        implements Serializable {

    /** The part of a snapshot's name that says all this. */
    public String name() {
        return backend + "-" + format + (compressed ? "-snappy" : "") + "-p" + parallelism + "-m" + maxParallelism
                + (inlineThreshold < 0 ? "" : "-inline" + inlineThreshold);
    }

    public boolean rocksdb() {
        return backend.equals("rocksdb");
    }

    public boolean canonical() {
        return format.equals("canonical");
    }
}
