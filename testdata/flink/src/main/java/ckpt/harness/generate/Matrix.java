package ckpt.harness.generate;

import ckpt.harness.Params;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The snapshots to write: every job in every capture (backend × format), and every pair of values of any two columns at least
 * once. Left out, because the heap layout writes every state of every key group: max parallelism 32768 in it, but for jobs
 * with few states.
 */
final class Matrix {
    private Matrix() {}

    /** One snapshot; {@code committed}: small enough to lie in the repository. */
    record Member(String job, Params params, boolean committed) {
        String name() {
            return job + "-" + params.name();
        }
    }

    // job, backend, format, compression, parallelism, max parallelism, inline threshold (-: default), + if committed
    private static final String TABLE =
            """
            kv        hashmap  canonical   snappy  3     60  -  +
            kv        rocksdb  canonical   snappy  4    128  -  +
            kv        hashmap  native      -       4    129  -  +
            kv        hashmap  checkpoint  snappy  1    129  -  +
            kv        rocksdb  native      snappy  3    129  -
            kv        rocksdb  checkpoint  -       4  32768  0
            keys      hashmap  canonical   -       3    128  0  +
            keys      rocksdb  canonical   snappy  3     60  -  +
            keys      hashmap  native      snappy  4     60  -  +
            keys      hashmap  checkpoint  -       3     60  -  +
            keys      rocksdb  native      snappy  4  32768  0
            keys      rocksdb  checkpoint  snappy  1    129  0
            types     hashmap  canonical   -       4    129  0  +
            types     rocksdb  canonical   -       3    128  0  +
            types     hashmap  native      -       1     60  0  +
            types     hashmap  checkpoint  -       1    128  -  +
            types     rocksdb  native      snappy  1    128  -
            types     rocksdb  checkpoint  snappy  3  32768  -
            timers    hashmap  canonical   -       1    129  -  +
            timers    rocksdb  canonical   -       3  32768  -  +
            timers    hashmap  native      snappy  4    128  0  +
            timers    hashmap  checkpoint  snappy  4  32768  -
            timers    rocksdb  native      -       1    129  0  +
            timers    rocksdb  checkpoint  -       3     60  0  +
            windows   hashmap  canonical   snappy  1  32768  0
            windows   rocksdb  canonical   -       4     60  0  +
            windows   hashmap  native      snappy  3    129  0  +
            windows   hashmap  checkpoint  snappy  3    128  0  +
            windows   rocksdb  native      -       4  32768  -
            windows   rocksdb  checkpoint  -       1    128  -  +
            operator  hashmap  canonical   snappy  4    128  -  +
            operator  rocksdb  canonical   snappy  1    129  0  +
            operator  hashmap  native      -       3  32768  -  +
            operator  hashmap  checkpoint  -       4    129  0  +
            operator  rocksdb  native      snappy  3     60  0  +
            operator  rocksdb  checkpoint  snappy  4     60  -  +
            """;

    /** Beyond the pairs: a plain one to begin with, the largest inline threshold, timers as raw keyed state, a big value. */
    private static final String MORE =
            """
            kv           hashmap  canonical   -  4  128  -  +
            kv           hashmap  canonical   -  3  4096  1048576
            kv           rocksdb  canonical   -  3  4096  1048576  +
            kv           hashmap  native      -  3  4096  0
            heap-timers  rocksdb  checkpoint  -  3  128  0  +
            heap-timers  rocksdb  canonical   -  3  128  0  +
            big          hashmap  canonical   -  1  128  -
            """;

    private static final int COLUMNS = 7;

    static List<Member> members() {
        List<Member> all = new ArrayList<>();
        for (String[] c : cells(MORE + TABLE)) {
            all.add(new Member(c[0], new Params(c[1], c[2], c[3].equals("snappy"), Integer.parseInt(c[4]),
                    Integer.parseInt(c[5]), c[6].equals("-") ? -1 : Integer.parseInt(c[6])), c.length > COLUMNS));
        }
        return all;
    }

    private static List<String[]> cells(String table) {
        return table.lines().map(l -> l.strip().split(" +")).toList();
    }

    /** Fails unless every pair of values occurs. */
    static void check() {
        List<String[]> rows = cells(TABLE);
        for (int a = 0; a < COLUMNS; a++) {
            for (int b = a + 1; b < COLUMNS; b++) {
                Set<String> left = new HashSet<>(), right = new HashSet<>(), pairs = new HashSet<>();
                for (String[] r : rows) {
                    left.add(r[a]);
                    right.add(r[b]);
                    pairs.add(r[a] + " " + r[b]);
                }
                if (pairs.size() != left.size() * right.size()) {
                    throw new IllegalStateException("columns " + a + " and " + b + " have only the pairs " + pairs);
                }
            }
        }
    }
}
