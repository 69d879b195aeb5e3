package ckpt.harness.unusual;

import ckpt.harness.avro.Reading;
import ckpt.harness.generate.Shown;
import java.util.LinkedHashMap;
import java.util.Map;

/** A class that a serializer of Kryo's writes as an Avro record. */
record Gauge(Reading reading) implements Shown {
    @Override
    @SuppressWarnings("unchecked")
    public Map<String, Object> shown() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("$class", getClass().getName());
        all.putAll((Map<String, Object>) Shown.of(reading));
        return all;
    }
}
