package ckpt.harness.generate;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import org.apache.flink.api.common.typeinfo.BasicTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.types.Row;

/** A type of key and the keys of it that occur; record i has key i. */
record KeyCase<K>(String uid, TypeInformation<K> type, List<K> keys) {

    static final KeyCase<Long> LONG = new KeyCase<>("long-keys", Types.LONG, List.of(
            0L, 1L, -1L, 2L, 127L, 128L, 255L, 256L, 44L, 0x2c2c2c2c2c2c2c2cL, 1L << 32, -(1L << 32), 1_000_003L,
            Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 10));

    static final String LONG_TEXT = "0123456789abcdef".repeat(4096); // 64 KiB

    static final KeyCase<String> STRING = new KeyCase<>("string-keys", Types.STRING, List.of(
            "", "\0", "a", "a\0b", "a,b", "plain", "gr\u00fc\u00df", "\u65e5\u672c\u8a9e", "\u007f\u0080\u07ff\u0800\u3fff\u4000\uffff",
            "\ud83d\ude00", "\ud83d", "\ude00x", "\ude00\ud83d", "$dollar", "with \"quotes\" \\ and \n", LONG_TEXT));

    static final KeyCase<Tuple2<Integer, String>> TUPLE = new KeyCase<>("tuple-keys", Types.TUPLE(Types.INT, Types.STRING),
            List.of(Tuple2.of(0, ""), Tuple2.of(-1, "minus"), Tuple2.of(Integer.MIN_VALUE, "\u00fc"),
                    Tuple2.of(Integer.MAX_VALUE, "x".repeat(300)), Tuple2.of(44, ",")));

    static final KeyCase<Pojos.Account> POJO = new KeyCase<>("pojo-keys", Types.POJO(Pojos.Account.class), List.of(
            new Pojos.Account(1, "one"), new Pojos.Account(-2, "minus two"), new Pojos.Account(3, null),
            new Pojos.Account(0, ""), new Pojos.Account(7, "\ud83d\ude00")));

    /** Key types that only need to be placed: the hash decides the key group. */
    static final List<KeyCase<?>> PLACED = List.of(
            new KeyCase<>("boolean", Types.BOOLEAN, List.of(true, false)),
            new KeyCase<>("byte", Types.BYTE, List.of((byte) 0, (byte) -1, Byte.MIN_VALUE, Byte.MAX_VALUE)),
            new KeyCase<>("short", Types.SHORT, List.of((short) 0, (short) -1, Short.MIN_VALUE, Short.MAX_VALUE)),
            new KeyCase<>("int", Types.INT, List.of(0, -1, 1000, Integer.MIN_VALUE, Integer.MAX_VALUE)),
            new KeyCase<>("char", Types.CHAR, List.of('a', '\0', '\u20ac', '\uffff')),
            new KeyCase<>("float", Types.FLOAT, List.of(0f, -0f, 1.5f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE)),
            new KeyCase<>("double", Types.DOUBLE, List.of(0d, -0d, 0.1, Double.NaN, Double.POSITIVE_INFINITY, -1e300)),
            new KeyCase<>("big-int", Types.BIG_INT, List.of(BigInteger.ZERO, BigInteger.ONE, BigInteger.TEN,
                    new BigInteger("-123456789012345678901234567890"), BigInteger.ONE.shiftLeft(200))),
            new KeyCase<>("big-dec", Types.BIG_DEC, List.of(BigDecimal.ZERO, new BigDecimal("1.0"), new BigDecimal("1.00"),
                    new BigDecimal("-12345678901234567890.0123456789"), new BigDecimal("1E+40"))),
            new KeyCase<>("date", BasicTypeInfo.DATE_TYPE_INFO, List.of(new java.util.Date(0), new java.util.Date(-1),
                    new java.util.Date(1700000000123L))),
            new KeyCase<>("sql-timestamp", Types.SQL_TIMESTAMP, List.of(new java.sql.Timestamp(0), timestamp(1700000000L, 123456789),
                    timestamp(-1L, 999999999))),
            new KeyCase<>("instant", Types.INSTANT, List.of(Instant.EPOCH, Instant.ofEpochSecond(-1, 5), Instant.MAX, Instant.MIN.plusSeconds(1))),
            new KeyCase<>("local-date", Types.LOCAL_DATE, List.of(LocalDate.EPOCH, LocalDate.MAX, LocalDate.of(-5, 12, 31))),
            new KeyCase<>("local-time", Types.LOCAL_TIME, List.of(LocalTime.MIDNIGHT, LocalTime.MAX, LocalTime.of(1, 2, 3, 4000))),
            new KeyCase<>("local-date-time", Types.LOCAL_DATE_TIME, List.of(LocalDateTime.of(2026, 2, 28, 12, 30), LocalDateTime.MAX)),
            new KeyCase<>("row", Types.ROW(Types.INT, Types.STRING), List.of(Row.of(1, "x"), Row.of(null, "y"), Row.of(-3, null))),
            new KeyCase<>("nested-tuple", Types.TUPLE(Types.TUPLE(Types.LONG, Types.SHORT), Types.STRING), List.of(
                    Tuple2.of(Tuple2.of(1L, (short) 2), "three"), Tuple2.of(Tuple2.of(-1L, (short) -2), ""))));

    static java.sql.Timestamp timestamp(long seconds, int nanos) {
        java.sql.Timestamp t = new java.sql.Timestamp(seconds * 1000);
        t.setNanos(nanos);
        return t;
    }

    /** Selects key i for record i. */
    static final class Selector<K> implements KeySelector<Long, K> {
        private final String uid;

        Selector(KeyCase<K> c) {
            uid = c.uid;
        }

        @Override
        public K getKey(Long i) {
            return KeyCase.<K>named(uid).keys.get(i.intValue());
        }
    }

    @SuppressWarnings("unchecked")
    private static <K> KeyCase<K> named(String uid) {
        for (KeyCase<?> c : List.of(LONG, STRING, TUPLE, POJO)) {
            if (c.uid.equals(uid)) {
                return (KeyCase<K>) c;
            }
        }
        for (KeyCase<?> c : PLACED) {
            if (c.uid.equals(uid)) {
                return (KeyCase<K>) c;
            }
        }
        throw new IllegalArgumentException(uid);
    }
}
