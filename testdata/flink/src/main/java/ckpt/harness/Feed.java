package ckpt.harness;

/**
 * Emits 0 to n-1 and then holds: the end of the input would fire every event-time timer and window. Record i comes from
 * subtask i mod parallelism, in ascending order. No watermark is ever emitted. It keeps no state.
 */
public final class Feed extends SourceBase<Long> {
    private final long n;
    private volatile boolean cancelled;

    public Feed(long n) {
        this.n = n;
    }

    @Override
    public void run(SourceContext<Long> out) throws Exception {
        int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
        int step = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
        for (long i = subtask; i < n; i += step) {
            synchronized (out.getCheckpointLock()) {
                out.collect(i);
            }
        }
        while (!cancelled) {
            Thread.sleep(10);
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
    }
}
