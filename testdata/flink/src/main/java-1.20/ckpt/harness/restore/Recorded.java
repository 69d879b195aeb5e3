package ckpt.harness.restore;

import org.apache.flink.runtime.checkpoint.OperatorState;

/** What Flink 1.x records of an operator's identity beside its id: nothing. */
public final class Recorded {
    private Recorded() {}

    public static String name(OperatorState s) {
        return null;
    }

    public static String uid(OperatorState s) {
        return null;
    }
}
