package ckpt.harness.restore;

import ckpt.harness.Json;
import ckpt.harness.Rows;
import ckpt.harness.generate.Shown;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.java.tuple.Tuple;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.ttl.TtlValue;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.api.windowing.windows.GlobalWindow;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Takes the rows of the running job. Job and harness share one JVM, and one job runs at a time. */
final class Dumped {
    private static final List<Map<String, Object>> ROWS = new ArrayList<>();

    private Dumped() {}

    /** Returns what was taken so far and forgets it. */
    static synchronized List<Map<String, Object>> take() {
        List<Map<String, Object>> all = new ArrayList<>(ROWS);
        ROWS.clear();
        return all;
    }

    private static synchronized void add(Map<String, Object> row) {
        ROWS.add(row);
    }

    /** Adds a row of keyed state; {@code fields} go between namespace and value. */
    static void keyed(OperatorSpec o, StateSpec s, Object key, Object namespace, Object value, Object... fields) {
        Map<String, Object> r = at(o, s.name(), s.kind(), key, namespace);
        r.putAll(Json.object(fields));
        value(r, value);
        add(r);
    }

    static void timer(OperatorSpec o, String state, Object key, Object namespace, long timestamp) {
        Map<String, Object> r = at(o, state, "timer", key, namespace);
        r.put("timestamp", timestamp);
        add(r);
    }

    private static Map<String, Object> at(OperatorSpec o, String state, String kind, Object key, Object namespace) {
        Map<String, Object> r = new Rows(o.maxParallelism()).keyed(o.shown(), state, kind, key, shown(key));
        if (!(namespace instanceof VoidNamespace || namespace instanceof GlobalWindow)) {
            r.put("namespace", shown(namespace));
        }
        return r;
    }

    /** Adds a row of operator state. */
    static void operator(OperatorSpec o, StateSpec s, int subtask, Object value, Object... fields) {
        Map<String, Object> r = Json.object("operator", o.shown(), "state", s.name(), "kind", s.kind(), "subtask", subtask);
        r.putAll(Json.object(fields));
        value(r, value);
        add(r);
    }

    private static void value(Map<String, Object> row, Object v) {
        if (v instanceof TtlValue<?> t) {
            row.put("value", shown(t.getUserValue()));
            row.put("last_access", t.getLastAccessTimestamp());
        } else {
            row.put("value", shown(v));
        }
    }

    /** The row form of a value; of the runtime's own classes too. */
    static Object shown(Object v) {
        if (v instanceof TimeWindow w) {
            return Json.object("start", w.getStart(), "end", w.getEnd());
        } else if (v instanceof StreamRecord<?> r) {
            return Json.object("element", "record", "timestamp", r.hasTimestamp() ? r.getTimestamp() : null, "value", shown(r.getValue()));
        } else if (v instanceof Watermark w) {
            return Json.object("element", "watermark", "timestamp", w.getTimestamp(), "value", null);
        } else if (v instanceof Tuple t) {
            Map<String, Object> m = new LinkedHashMap<>();
            for (int i = 0; i < t.getArity(); i++) {
                m.put("f" + i, shown(t.getField(i)));
            }
            return m;
        } else if (v instanceof Collection<?> c) {
            List<Object> l = new ArrayList<>();
            c.forEach(e -> l.add(shown(e)));
            return l;
        }
        return ShownPattern.has(v) ? ShownPattern.of(v) : Shown.of(v);
    }
}
