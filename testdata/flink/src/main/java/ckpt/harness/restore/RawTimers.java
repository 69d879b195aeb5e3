package ckpt.harness.restore;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Collection;
import org.apache.flink.core.io.PostVersionedIOReadableWritable;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.streaming.api.operators.InternalTimerServiceSerializationProxy;
import org.apache.flink.streaming.api.operators.InternalTimersSnapshot;
import org.apache.flink.streaming.api.operators.InternalTimersSnapshotReaderWriters;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;

/** The timers of one key group in raw keyed state, where heap timers of RocksDB jobs are. */
final class RawTimers extends PostVersionedIOReadableWritable {
    private static final byte[] BEGINNING = {-15, -51, -123, -97};
    private final OperatorSpec spec;

    private RawTimers(OperatorSpec spec) {
        this.spec = spec;
    }

    /** Shows the timers of {@code in}. Raw state of another form is an operator's own business. */
    static void show(OperatorSpec spec, InputStream in) throws IOException {
        BufferedInputStream b = new BufferedInputStream(in);
        b.mark(BEGINNING.length);
        byte[] beginning = b.readNBytes(BEGINNING.length);
        b.reset();
        if (Arrays.equals(beginning, BEGINNING)) {
            new RawTimers(spec).read(b);
        }
    }

    @Override
    public int getVersion() {
        return InternalTimerServiceSerializationProxy.VERSION;
    }

    @Override
    protected void read(DataInputView in, boolean wasVersioned) throws IOException {
        int services = in.readInt();
        for (int i = 0; i < services; i++) {
            String name = in.readUTF();
            InternalTimersSnapshot<?, ?> timers = InternalTimersSnapshotReaderWriters
                    .getReaderForVersion(getReadVersion(), RawTimers.class.getClassLoader()).readTimersSnapshot(in);
            show("_timer_state/event_" + name, timers.getEventTimeTimers());
            show("_timer_state/processing_" + name, timers.getProcessingTimeTimers());
        }
    }

    private void show(String state, Collection<? extends TimerHeapInternalTimer<?, ?>> timers) {
        for (TimerHeapInternalTimer<?, ?> t : timers) {
            Dumped.timer(spec, state, t.getKey(), t.getNamespace(), t.getTimestamp());
        }
    }
}
