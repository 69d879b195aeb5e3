package ckpt.harness.unusual;

import ckpt.harness.generate.Messages;
import ckpt.harness.generate.Shown;
import java.util.Map;

/** An order that a serializer of the job's own writes. */
record Envelope(Orders.Order order) implements Shown {
    @Override
    public Map<String, Object> shown() {
        return Messages.shown(order);
    }
}
