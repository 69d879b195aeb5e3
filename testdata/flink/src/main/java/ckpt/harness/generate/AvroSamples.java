package ckpt.harness.generate;

import ckpt.harness.avro.Digest;
import ckpt.harness.avro.Level;
import ckpt.harness.avro.Reading;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;
import org.apache.flink.formats.avro.typeutils.GenericRecordAvroTypeInfo;

/** Avro records, of a generated class and generic. */
final class AvroSamples {
    private AvroSamples() {}

    private static final Schema ORDER = new Schema.Parser().parse(
            """
            {"type": "record", "name": "Order", "namespace": "ckpt.harness.avro", "fields": [
              {"name": "id", "type": "long"},
              {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 2}},
              {"name": "day", "type": {"type": "int", "logicalType": "date"}},
              {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["OPEN", "SHIPPED"]}},
              {"name": "lines", "type": {"type": "array", "items": {"type": "record", "name": "Line", "fields": [
                {"name": "sku", "type": "string"}, {"name": "n", "type": ["null", "int"]}]}}},
              {"name": "hash", "type": {"type": "fixed", "name": "Hash", "size": 2}}
            ]}
            """);

    private static final Schema NODE = new Schema.Parser().parse(
            """
            {"type": "record", "name": "Node", "fields": [
              {"name": "value", "type": "int"}, {"name": "next", "type": ["null", "Node"]}]}
            """);

    static List<Sample<?>> all() {
        return List.of(
                new Sample<>("specific", new AvroTypeInfo<>(Reading.class), List.of(reading(1, null), reading(-2, "note"))),
                new Sample<>("generic", new GenericRecordAvroTypeInfo(ORDER), List.of(order(1), order(-2))),
                new Sample<>("recursive", new GenericRecordAvroTypeInfo(NODE), List.of(node(0), node(5))));
    }

    private static Reading reading(int i, String note) {
        Map<String, Long> labels = new LinkedHashMap<>();
        labels.put("label", (long) i);
        Object either = i < 0 ? "text" : (Object) 7L;
        return new Reading("sensor \u00fc", i, i * 10_000_000_000L, i / 2f, -i / 4d, i > 0,
                ByteBuffer.wrap(new byte[] {0x2c, (byte) i}), note, i > 0 ? Level.HIGH : Level.LOW,
                new Digest(new byte[] {1, 2, 3, (byte) i}), Arrays.asList(1, -1, Integer.MAX_VALUE), labels, either);
    }

    private static GenericRecord order(int i) {
        GenericRecord r = new GenericData.Record(ORDER);
        r.put("id", (long) i);
        r.put("price", ByteBuffer.wrap(java.math.BigInteger.valueOf(12345L * i).toByteArray()));
        r.put("day", 20_000 * i);
        r.put("at", 1_700_000_000_123L * i);
        r.put("state", new GenericData.EnumSymbol(ORDER.getField("state").schema(), i > 0 ? "OPEN" : "SHIPPED"));
        Schema line = ORDER.getField("lines").schema().getElementType();
        GenericData.Array<GenericRecord> lines = new GenericData.Array<>(2, ORDER.getField("lines").schema());
        for (Integer n : Arrays.asList(i, null)) {
            GenericRecord l = new GenericData.Record(line);
            l.put("sku", "sku " + n);
            l.put("n", n);
            lines.add(l);
        }
        r.put("lines", lines);
        r.put("hash", new GenericData.Fixed(ORDER.getField("hash").schema(), new byte[] {(byte) i, 0x2c}));
        return r;
    }

    /** A list of {@code depth + 1} nodes. */
    private static GenericRecord node(int depth) {
        GenericRecord r = new GenericData.Record(NODE);
        r.put("value", depth);
        r.put("next", depth == 0 ? null : node(depth - 1));
        return r;
    }
}
