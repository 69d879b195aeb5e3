package ckpt.harness.unusual;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A source without records whose first subtasks end at once while the others hold. Its enumerator's state, which is the
 * operator's coordinator state, is a text; the readers that hold have one split each.
 */
final class Held implements Source<Long, Held.Split, String> {
    static final String ENUMERATOR = "what the enumerator remembers";
    private final int ending;

    /** Subtasks below {@code ending} end. */
    Held(int ending) {
        this.ending = ending;
    }

    record Split(String splitId) implements SourceSplit {
        static Split of(int subtask) {
            return new Split("split of subtask " + subtask);
        }
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<Long, Split> createReader(SourceReaderContext context) {
        return new Reader(context.getIndexOfSubtask(), ending);
    }

    @Override
    public SplitEnumerator<Split, String> createEnumerator(SplitEnumeratorContext<Split> context) {
        return new Enumerator();
    }

    @Override
    public SplitEnumerator<Split, String> restoreEnumerator(SplitEnumeratorContext<Split> context, String state) {
        if (!state.equals(ENUMERATOR)) {
            throw new IllegalStateException(state);
        }
        return new Enumerator();
    }

    @Override
    public SimpleVersionedSerializer<Split> getSplitSerializer() {
        return new Text<>(5) {
            @Override
            String text(Split s) {
                return s.splitId();
            }

            @Override
            Split value(String text) {
                return new Split(text);
            }
        };
    }

    @Override
    public SimpleVersionedSerializer<String> getEnumeratorCheckpointSerializer() {
        return new Text.Plain(6);
    }

    private record Reader(int subtask, int ending) implements SourceReader<Long, Split> {
        @Override
        public void start() {}

        @Override
        public InputStatus pollNext(ReaderOutput<Long> out) {
            return subtask < ending ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
        }

        @Override
        public List<Split> snapshotState(long checkpoint) {
            return subtask < ending ? List.of() : List.of(Split.of(subtask));
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return subtask < ending ? CompletableFuture.completedFuture(null) : new CompletableFuture<>();
        }

        @Override
        public void addSplits(List<Split> splits) {
            if (!splits.equals(snapshotState(0))) {
                throw new IllegalStateException(splits.toString());
            }
        }

        @Override
        public void notifyNoMoreSplits() {}

        @Override
        public void close() {}
    }

    private static final class Enumerator implements SplitEnumerator<Split, String> {
        @Override
        public void start() {}

        @Override
        public void handleSplitRequest(int subtask, String host) {}

        @Override
        public void addSplitsBack(List<Split> splits, int subtask) {}

        @Override
        public void addReader(int subtask) {}

        @Override
        public String snapshotState(long checkpoint) {
            return ENUMERATOR;
        }

        @Override
        public void close() {}
    }

    /** Stores a value as text. */
    abstract static class Text<T> implements SimpleVersionedSerializer<T> {
        private final int version;

        Text(int version) {
            this.version = version;
        }

        abstract String text(T value);

        abstract T value(String text);

        @Override
        public int getVersion() {
            return version;
        }

        @Override
        public byte[] serialize(T value) {
            return text(value).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public T deserialize(int version, byte[] b) {
            if (version != this.version) {
                throw new IllegalArgumentException("version " + version);
            }
            return value(new String(b, StandardCharsets.UTF_8));
        }

        /** Text itself. */
        static final class Plain extends Text<String> {
            Plain(int version) {
                super(version);
            }

            @Override
            String text(String value) {
                return value;
            }

            @Override
            String value(String text) {
                return text;
            }
        }
    }
}
