package ckpt.harness.restore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares rows, in any order, with those expected; a field expected as {@code {"$between":[from,to]}} with its bounds. */
final class Comparison {
    private static final int SHOWN = 5, LENGTH = 300;

    private Comparison() {}

    /** Returns what differs, one text a row; of many only some. */
    static List<String> differences(List<Map<String, Object>> got, List<Map<String, Object>> want) {
        Map<String, long[]> bounds = new HashMap<>();
        Map<Map<String, Object>, Integer> rest = new HashMap<>();
        want.forEach(r -> rest.merge(withoutTimes(r, bounds), 1, Integer::sum));
        List<String> differences = new ArrayList<>();
        for (Map<String, Object> r : got) {
            Map<String, Object> key = inBounds(r, bounds);
            if (rest.merge(key, -1, Integer::sum) < 0) {
                rest.remove(key);
                add(differences, "unexpected " + r);
            }
        }
        rest.forEach((r, n) -> {
            if (n > 0) {
                add(differences, "missing " + r);
            }
        });
        return differences;
    }

    private static void add(List<String> differences, String text) {
        if (differences.size() < SHOWN) {
            differences.add(text.length() > LENGTH ? text.substring(0, LENGTH) + "\u2026" : text);
        }
    }

    private static Map<String, Object> withoutTimes(Map<String, Object> row, Map<String, long[]> bounds) {
        Map<String, Object> r = new TreeMap<>(row);
        r.replaceAll((field, v) -> {
            if (v instanceof Map<?, ?> m && m.get("$between") instanceof List<?> l) {
                bounds.put(place(row, field), l.stream().mapToLong(Comparison::number).toArray());
                return "between";
            }
            return v;
        });
        return r;
    }

    private static Map<String, Object> inBounds(Map<String, Object> row, Map<String, long[]> bounds) {
        Map<String, Object> r = new TreeMap<>(row);
        r.replaceAll((field, v) -> {
            long[] b = bounds.get(place(row, field));
            return b != null && v instanceof JsonReader.Literal && number(v) >= b[0] && number(v) <= b[1] ? "between" : v;
        });
        return r;
    }

    /** A state has the same bounds in all its rows. */
    private static String place(Map<String, Object> row, String field) {
        return row.get("operator") + "/" + row.get("state") + "/" + row.get("kind") + "/" + field;
    }

    private static long number(Object literal) {
        return Long.parseLong(((JsonReader.Literal) literal).text());
    }
}
