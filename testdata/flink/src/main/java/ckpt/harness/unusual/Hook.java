package ckpt.harness.unusual;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.checkpoint.MasterTriggerRestoreHook;
import org.apache.flink.streaming.api.checkpoint.WithMasterCheckpointHook;

/** A function with a hook in the job master, whose state every checkpoint contains. */
final class Hook implements MapFunction<Long, Long>, WithMasterCheckpointHook<String> {
    static final String NAME = "unusual hook \u00fc";
    static final String STATE = "what the hook remembers";

    @Override
    public Long map(Long value) {
        return value;
    }

    @Override
    public MasterTriggerRestoreHook<String> createMasterTriggerRestoreHook() {
        return new InMaster();
    }

    private static final class InMaster implements MasterTriggerRestoreHook<String> {
        @Override
        public String getIdentifier() {
            return NAME;
        }

        @Override
        public CompletableFuture<String> triggerCheckpoint(long id, long timestamp, Executor executor) {
            return CompletableFuture.completedFuture(STATE);
        }

        @Override
        public void restoreCheckpoint(long id, String state) {
            if (!STATE.equals(state)) {
                throw new IllegalStateException(state);
            }
        }

        @Override
        public SimpleVersionedSerializer<String> createCheckpointDataSerializer() {
            return new Held.Text.Plain(9);
        }
    }
}
