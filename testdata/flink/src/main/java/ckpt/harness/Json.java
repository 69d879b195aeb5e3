package ckpt.harness;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as the rows of {@code ckpt} show values. Objects are {@code Map<String, ?>} (in iteration order), arrays {@code List<?>};
 * numbers, booleans, strings and null as they are.
 */
public final class Json {
    private Json() {}

    /** An object from alternating names and values. */
    public static Map<String, Object> object(Object... pairs) {
        Map<String, Object> m = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            m.put((String) pairs[i], pairs[i + 1]);
        }
        return m;
    }

    /** A wall-clock value: any number from {@code from} to {@code to}, both included. */
    public static Map<String, Object> between(long from, long to) {
        return object("$between", List.of(from, to));
    }

    public static String base64(byte[] b) {
        return Base64.getEncoder().encodeToString(b);
    }

    public static String text(Object v) {
        StringBuilder s = new StringBuilder();
        append(s, v);
        return s.toString();
    }

    private static void append(StringBuilder s, Object v) {
        if (v instanceof Map<?, ?> m) {
            char sep = '{';
            for (Map.Entry<?, ?> e : m.entrySet()) {
                string(s.append(sep), (String) e.getKey());
                append(s.append(':'), e.getValue());
                sep = ',';
            }
            s.append(m.isEmpty() ? "{}" : "}");
        } else if (v instanceof List<?> l) {
            char sep = '[';
            for (Object e : l) {
                append(s.append(sep), e);
                sep = ',';
            }
            s.append(l.isEmpty() ? "[]" : "]");
        } else if (v instanceof Double || v instanceof Float) {
            double d = ((Number) v).doubleValue();
            if (Double.isNaN(d) || Double.isInfinite(d)) {
                string(s, Double.isNaN(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
            } else {
                s.append(d == 0 ? v : shortest((Number) v));
            }
        } else if (v == null || v instanceof Boolean || v instanceof Byte || v instanceof Short || v instanceof Integer
                || v instanceof Long || v instanceof BigInteger) {
            s.append(v);
        } else if (v instanceof String t) {
            string(s, t);
        } else {
            throw new IllegalArgumentException("no JSON form for " + v.getClass());
        }
    }

    /** The fewest digits that give the same bits; Java's own toString writes 1.4E-45 for the float 1e-45. */
    private static String shortest(Number v) {
        BigDecimal exact = new BigDecimal(v.doubleValue());
        for (int digits = 1; ; digits++) {
            BigDecimal r = exact.round(new MathContext(digits));
            if (v instanceof Float ? Float.parseFloat(r.toString()) == (Float) v : r.doubleValue() == (Double) v) {
                return decimal(r.stripTrailingZeros());
            }
        }
    }

    /** With an exponent below 1e-6 and from 1e21 on, as JSON writers do; always with a point or an exponent. */
    private static String decimal(BigDecimal d) {
        int exponent = d.precision() - d.scale() - 1;
        if (exponent >= -6 && exponent < 21) {
            return d.toPlainString() + (d.scale() > 0 ? "" : ".0");
        }
        return d.movePointLeft(exponent).stripTrailingZeros().toPlainString()
                + String.format("e%c%02d", exponent < 0 ? '-' : '+', Math.abs(exponent));
    }

    /** Control characters and unpaired surrogates as escapes, everything else as it is. */
    private static void string(StringBuilder s, String t) {
        s.append('"');
        for (int i = 0; i < t.length(); i++) {
            char c = t.charAt(i);
            int named = "\n\r\t".indexOf(c);
            if (c == '"' || c == '\\') {
                s.append('\\').append(c);
            } else if (named >= 0) {
                s.append('\\').append("nrt".charAt(named));
            } else if (Character.isHighSurrogate(c) && i + 1 < t.length() && Character.isLowSurrogate(t.charAt(i + 1))) {
                s.append(c).append(t.charAt(++i));
            } else if (c < ' ' || Character.isSurrogate(c)) {
                s.append(String.format("\\u%04x", (int) c));
            } else {
                s.append(c);
            }
        }
        s.append('"');
    }
}
