package ckpt.harness.unusual;

import ckpt.harness.Json;
import ckpt.harness.generate.Shown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.flink.core.memory.DataOutputSerializer;

/** A value that only {@link TemperatureSerializer} can write. */
public record Temperature(String station, int millikelvin) implements Shown {
    /** What can be shown without the class. */
    @Override
    public Map<String, Object> shown() {
        try {
            DataOutputSerializer out = new DataOutputSerializer(32);
            new TemperatureSerializer().serialize(this, out);
            return Json.object("$opaque", TemperatureSerializer.Snapshot.class.getName(),
                    "$bytes", Json.base64(out.getCopyOfBuffer()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
