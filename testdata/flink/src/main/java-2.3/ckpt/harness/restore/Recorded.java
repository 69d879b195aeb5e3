package ckpt.harness.restore;

import org.apache.flink.runtime.checkpoint.OperatorState;

/** What Flink 2.x records of an operator's identity beside its id. */
public final class Recorded {
    private Recorded() {}

    public static String name(OperatorState s) {
        return s.getOperatorName().orElse(null);
    }

    public static String uid(OperatorState s) {
        return s.getOperatorUid().orElse(null);
    }
}
