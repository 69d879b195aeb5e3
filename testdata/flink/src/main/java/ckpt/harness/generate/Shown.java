package ckpt.harness.generate;

import ckpt.harness.Json;
import com.google.protobuf.Message;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.flink.api.java.tuple.Tuple;
import org.apache.flink.types.BooleanValue;
import org.apache.flink.types.DoubleValue;
import org.apache.flink.types.Either;
import org.apache.flink.types.IntValue;
import org.apache.flink.types.LongValue;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.types.StringValue;
import org.apache.flink.types.Value;

/** How rows show a Java value. POJOs say so themselves. */
public interface Shown {
    /** The fields in the order in which PojoSerializer stores them: by name. */
    Map<String, Object> shown();

    static Object of(Object v) {
        if (v == null || v instanceof String || v instanceof Boolean || v instanceof Number && !big(v)) {
            return v;
        } else if (v instanceof Shown s) {
            return s.shown();
        } else if (v instanceof Message m) { // Kryo wrote it
            Map<String, Object> o = Json.object("$class", m.getClass().getName());
            o.putAll(Messages.shown(m));
            return o;
        } else if (v instanceof Character || v instanceof CharSequence || v instanceof UUID || big(v)) {
            return v.toString();
        } else if (v instanceof Value w) {
            return basic(w);
        } else if (v instanceof Enum<?> || v instanceof GenericEnumSymbol) {
            return v.toString();
        } else if (v instanceof Tuple t) {
            return fields(t.getArity(), t::getField);
        } else if (v instanceof Row r) {
            return row(r);
        } else if (v instanceof IndexedRecord r) {
            Map<String, Object> m = new LinkedHashMap<>();
            for (Schema.Field f : r.getSchema().getFields()) {
                m.put(f.name(), avro(f.schema(), r.get(f.pos())));
            }
            return m;
        } else if (v instanceof Either<?, ?> e) {
            return e.isLeft() ? Json.object("left", of(e.left())) : Json.object("right", of(e.right()));
        } else if (v instanceof Optional<?> o) {
            return of(o.orElse(null));
        } else if (v instanceof Map<?, ?> m) {
            return map(m);
        } else if (v instanceof Collection<?> c) {
            List<Object> l = new ArrayList<>();
            c.forEach(e -> l.add(of(e)));
            return l;
        } else {
            return v.getClass().isArray() || v instanceof ByteBuffer || v instanceof GenericFixed ? array(v) : time(v);
        }
    }

    private static boolean big(Object v) {
        return v instanceof BigInteger || v instanceof BigDecimal;
    }

    /** A field of an Avro record; logical types are kept in their underlying form by the record. */
    private static Object avro(Schema s, Object v) {
        if (s.getLogicalType() instanceof LogicalTypes.Decimal d) {
            return new BigDecimal(new BigInteger(((ByteBuffer) v).array()), d.getScale()).toString();
        } else if (s.getLogicalType() instanceof LogicalTypes.Date) {
            return LocalDate.ofEpochDay((Integer) v).toString();
        } else if (s.getLogicalType() instanceof LogicalTypes.TimestampMillis) {
            return Instant.ofEpochMilli((Long) v).toString();
        }
        return of(v);
    }

    private static Object basic(Value v) {
        if (v instanceof BooleanValue b) {
            return b.getValue();
        } else if (v instanceof IntValue i) {
            return i.getValue();
        } else if (v instanceof LongValue l) {
            return l.getValue();
        } else if (v instanceof DoubleValue d) {
            return d.getValue();
        }
        return ((StringValue) v).getValue();
    }

    private static Map<String, Object> row(Row r) {
        Map<String, Object> m = r.getKind() == RowKind.INSERT ? Json.object() : Json.object("$kind", r.getKind().shortString());
        if (r.getFieldNames(false) == null) {
            m.putAll(fields(r.getArity(), r::getField));
            return m;
        }
        int i = 0; // the names are not stored
        for (String name : r.getFieldNames(false)) {
            m.put("f" + i++, of(r.getField(name)));
        }
        return m;
    }

    private static Map<String, Object> fields(int n, java.util.function.IntFunction<Object> field) {
        Map<String, Object> m = new LinkedHashMap<>();
        for (int i = 0; i < n; i++) {
            m.put("f" + i, of(field.apply(i)));
        }
        return m;
    }

    /** An object for string keys, else an array of pairs; in the order of {@code m}, which the tables keep to one entry or a known one. */
    private static Object map(Map<?, ?> m) {
        if (m.keySet().stream().allMatch(k -> k instanceof CharSequence)) {
            Map<String, Object> o = new LinkedHashMap<>();
            m.forEach((k, v) -> o.put(k.toString().startsWith("$") ? "$" + k : k.toString(), of(v)));
            return o;
        }
        List<Object> l = new ArrayList<>();
        m.forEach((k, v) -> {
            List<Object> pair = new ArrayList<>();
            pair.add(of(k));
            pair.add(of(v));
            l.add(pair);
        });
        return l;
    }

    private static Object array(Object v) {
        if (v instanceof byte[] b) {
            return Json.base64(b);
        } else if (v instanceof ByteBuffer b) {
            return Json.base64(b.array());
        } else if (v instanceof GenericFixed f) {
            return Json.base64(f.bytes());
        }
        List<Object> l = new ArrayList<>();
        for (int i = 0; i < Array.getLength(v); i++) {
            l.add(of(Array.get(v, i)));
        }
        return l;
    }

    /** ISO 8601, with seconds always and the fraction in three, six or nine digits. */
    private static String time(Object v) {
        if (v instanceof Instant t) {
            return t.toString();
        } else if (v instanceof java.sql.Timestamp t) { // the date and time of day in UTC, which is the harness's zone
            return DateTimeFormatter.ISO_INSTANT.format(
                    Instant.ofEpochSecond(Math.floorDiv(t.getTime(), 1000), t.getNanos()));
        } else if (v instanceof java.util.Date t) { // java.sql.Date and java.sql.Time too
            return Instant.ofEpochMilli(t.getTime()).toString();
        } else if (v instanceof LocalDate t) {
            return t.toString();
        } else if (v instanceof LocalTime t) {
            return time(t);
        } else if (v instanceof LocalDateTime t) {
            return t.toLocalDate() + "T" + time(t.toLocalTime());
        }
        throw new IllegalArgumentException("no row form for " + v.getClass());
    }

    private static String time(LocalTime t) {
        return t.getSecond() == 0 && t.getNano() == 0 ? t + ":00" : t.toString();
    }
}
