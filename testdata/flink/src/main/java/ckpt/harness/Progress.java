package ckpt.harness;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** How many records the running job has taken in. Job and harness share one JVM, and one job runs at a time. */
public final class Progress {
    private static final AtomicLong SEEN = new AtomicLong();

    private Progress() {}

    public static void reset() {
        SEEN.set(0);
    }

    public static void add() {
        SEEN.incrementAndGet();
    }

    /**
     * Waits until {@code n} records were seen, two minutes at most from one record to the next; {@code failure} is asked
     * meanwhile and throws when the job is dead.
     */
    public static void await(long n, Check failure) throws Exception {
        long last = 0;
        long deadline = 0;
        while (SEEN.get() < n) {
            failure.check();
            if (deadline == 0 || SEEN.get() > last) {
                last = SEEN.get();
                deadline = System.nanoTime() + 120_000_000_000L;
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("saw " + SEEN.get() + " of " + n + " records");
            }
            Thread.sleep(5);
        }
        if (SEEN.get() > n) {
            throw new IllegalStateException("saw " + SEEN.get() + " records, expected " + n);
        }
    }

    /** Throws when the job has failed. */
    @FunctionalInterface
    public interface Check {
        void check() throws Exception;
    }
}
