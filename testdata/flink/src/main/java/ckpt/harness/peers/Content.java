package ckpt.harness.peers;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The content of the big snapshots: one operator, uid {@code users}, String keys, {@code ValueState<User>} "user" and, for every
 * fifth key, {@code MapState<String, Long>} "visits" of 2 to 4 entries. All of it is a function of the key's index, so that
 * every reader can check itself by sums that do not depend on order.
 */
final class Content {
    private static final String[] FIRST = {
        "Alexander", "Beatrice", "Cornelius", "Dorothea", "Emmanuel", "Florence", "Geraldine", "Hyacinth",
        "Isabella", "Jonathan", "Katherine", "Leonardo", "Margaret", "Nathaniel", "Octavia", "Penelope"
    };
    private static final String[] LAST = {
        "Ashworth", "Blackwood", "Carmichael", "Davenport", "Ellington", "Fairbanks", "Goldsmith", "Hathaway",
        "Ingleside", "Jefferson", "Kingsley", "Lancaster", "Montgomery", "Northcott", "Okonkwo", "Pemberton"
    };

    private Content() {}

    /** splitmix64. */
    private static long mix(long z) {
        z += 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    static String key(long i) {
        return "user-" + String.valueOf(100_000_000 + i).substring(1);
    }

    static User user(long i) {
        long h = mix(i * 2 + 1);
        User u = new User();
        u.ts = 1_700_000_000_000L + (h >>> 1) % 31_536_000_000L;
        u.age = 18 + (int) ((h >>> 8) & 63);
        u.score = (h >>> 11) * 0x1.0p-53 * 1000;
        u.name = FIRST[(int) (h & 15)] + ' ' + LAST[(int) ((h >>> 4) & 15)] + ' ' + (100 + (h >>> 40) % 900);
        u.active = ((h >>> 20) & 3) != 0;
        u.note = ((h >>> 22) & 1) == 0 ? null : "note-" + Long.toHexString(h >>> 24);
        return u;
    }

    static int visits(long i) {
        return i % 5 != 0 ? 0 : 2 + (int) Long.remainderUnsigned(mix(~i), 3);
    }

    static String page(long i, int j) {
        return "page-" + (10 + (mix(i) >>> 1) % 80 + j);
    }

    static long views(long i, int j) {
        return mix(i * 7 + j) >>> 40;
    }

    /** The order in which keys come: a permutation of [0,n), as the factor is prime and divides no n that is used. */
    static long permute(long i, long n) {
        return (i * 7_368_787L + 12_345L) % n;
    }

    /** What a reader has seen, whatever the order. */
    static final class Sums {
        private long keys, age, ts, scoreBits, nameLength, active, notes, noteLength, mapKeys, mapEntries, mapSum;

        void add(User u) {
            keys++;
            age += u.age;
            ts += u.ts;
            scoreBits ^= Double.doubleToLongBits(u.score);
            nameLength += u.name.length();
            active += u.active ? 1 : 0;
            if (u.note != null) {
                notes++;
                noteLength += u.note.length();
            }
        }

        void addMap() {
            mapKeys++;
        }

        void addVisit(long views) {
            mapEntries++;
            mapSum += views;
        }

        synchronized void add(Sums o) {
            keys += o.keys;
            age += o.age;
            ts += o.ts;
            scoreBits ^= o.scoreBits;
            nameLength += o.nameLength;
            active += o.active;
            notes += o.notes;
            noteLength += o.noteLength;
            mapKeys += o.mapKeys;
            mapEntries += o.mapEntries;
            mapSum += o.mapSum;
        }

        long entries() {
            return keys + mapEntries;
        }

        Map<String, Object> facts() {
            Map<String, Object> m = new LinkedHashMap<>();
            m.put("keys", keys);
            m.put("age", age);
            m.put("ts", ts);
            m.put("scoreBits", scoreBits);
            m.put("nameLength", nameLength);
            m.put("active", active);
            m.put("notes", notes);
            m.put("noteLength", noteLength);
            m.put("mapKeys", mapKeys);
            m.put("mapEntries", mapEntries);
            m.put("mapSum", mapSum);
            return m;
        }
    }

    /** The sums over n keys, from the functions above alone. */
    static Sums expected(long n) {
        Sums s = new Sums();
        for (long i = 0; i < n; i++) {
            s.add(user(i));
            int visits = visits(i);
            if (visits > 0) {
                s.addMap();
            }
            for (int j = 0; j < visits; j++) {
                s.addVisit(views(i, j));
            }
        }
        return s;
    }
}
