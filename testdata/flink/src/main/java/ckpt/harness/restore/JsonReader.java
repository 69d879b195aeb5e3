package ckpt.harness.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads JSON that was written by {@link ckpt.harness.Json}: objects become sorted maps, arrays lists, strings strings; numbers,
 * booleans and null stay text, as {@link Literal}, so that equal values are equal objects.
 */
final class JsonReader {
    private final String s;
    private int pos;

    private JsonReader(String s) {
        this.s = s;
    }

    /** What is neither object, array nor string. */
    record Literal(String text) {}

    static Object read(String s) {
        JsonReader r = new JsonReader(s.strip());
        Object v = r.value();
        if (r.pos != r.s.length()) {
            throw new IllegalArgumentException("more after " + r.pos);
        }
        return v;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String s) {
        return (Map<String, Object>) read(s);
    }

    private Object value() {
        return switch (peek()) {
            case '{' -> members();
            case '[' -> elements();
            case '"' -> string();
            default -> literal();
        };
    }

    private char peek() {
        while (Character.isWhitespace(s.charAt(pos))) {
            pos++;
        }
        return s.charAt(pos);
    }

    private boolean next(char c) {
        if (peek() == c) {
            pos++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!next(c)) {
            throw new IllegalArgumentException("no " + c + " at " + pos);
        }
    }

    private Map<String, Object> members() {
        Map<String, Object> m = new TreeMap<>();
        expect('{');
        if (next('}')) {
            return m;
        }
        do {
            peek();
            String name = string();
            expect(':');
            m.put(name, value());
        } while (next(','));
        expect('}');
        return m;
    }

    private List<Object> elements() {
        List<Object> l = new ArrayList<>();
        expect('[');
        if (next(']')) {
            return l;
        }
        do {
            l.add(value());
        } while (next(','));
        expect(']');
        return l;
    }

    private String string() {
        StringBuilder b = new StringBuilder();
        for (pos++; s.charAt(pos) != '"'; pos++) {
            char c = s.charAt(pos);
            if (c == '\\') {
                c = s.charAt(++pos);
                if (c == 'u') {
                    c = (char) Integer.parseInt(s.substring(pos + 1, pos + 5), 16);
                    pos += 4;
                }
            }
            b.append(c);
        }
        pos++;
        return b.toString();
    }

    private Literal literal() {
        int from = pos;
        while (pos < s.length() && ",]} \n".indexOf(s.charAt(pos)) < 0) {
            pos++;
        }
        return new Literal(s.substring(from, pos));
    }
}
