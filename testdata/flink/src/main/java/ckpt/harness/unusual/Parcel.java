package ckpt.harness.unusual;

import ckpt.harness.Json;
import ckpt.harness.generate.Shown;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A class that only Kryo can write: its fields are private and nobody sets them. */
final class Parcel implements Shown {
    /** What no snapshot says of it, for {@code --types}. */
    static final String DESCRIPTION =
            """
            kryo:
              ckpt.harness.unusual.Parcel:
                form: fields
                final: true
                fields:
                  label: java.lang.String
                  grams: int
                  insured: java.lang.Long
                  stops: java.util.List<java.lang.String>
                  note: java.util.Optional<?>
                  content: java.lang.Object
            """;

    private final String label;
    private final int grams;
    private final Long insured;
    private final List<String> stops;
    private final Optional<?> note; // Kryo 2 would remember an argument, and take later values for it
    private final Object content;

    Parcel(String label, int grams, Long insured, List<String> stops, Optional<?> note, Object content) {
        this.label = label;
        this.grams = grams;
        this.insured = insured;
        this.stops = stops;
        this.note = note;
        this.content = content;
    }

    @Override
    public Map<String, Object> shown() {
        return Json.object("$class", getClass().getName(), "label", label, "grams", grams, "insured", insured,
                "stops", Shown.of(stops), "note", Shown.of(note), "content", Shown.of(content));
    }
}
