package ckpt.harness.unusual;

import ckpt.harness.Progress;
import java.io.Serializable;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Makes events of numbers, with timestamps and watermarks of its own. What it has counted is on its way before any barrier. */
final class Clock<T> extends AbstractStreamOperator<T> implements OneInputStreamOperator<Long, T> {
    private final Events<T> events;

    Clock(Events<T> events) {
        this.events = events;
    }

    /** What number i becomes. */
    interface Events<T> extends Serializable {
        T value(long i);

        /** null: the event has none. */
        Long timestamp(long i);

        /** The watermark that follows the event; null: none does. */
        Long watermark(long i);
    }

    @Override
    public void processElement(StreamRecord<Long> element) {
        long i = element.getValue();
        StreamRecord<T> event = new StreamRecord<>(events.value(i));
        if (events.timestamp(i) != null) {
            event.setTimestamp(events.timestamp(i));
        }
        output.collect(event);
        if (events.watermark(i) != null) {
            output.emitWatermark(new Watermark(events.watermark(i)));
        }
        Progress.add();
    }

    @Override
    public void processWatermark(Watermark ofTheSource) {}
}
