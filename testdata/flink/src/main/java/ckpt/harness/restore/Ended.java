package ckpt.harness.restore;

import ckpt.harness.SourceBase;

/** A source that ends at once. */
final class Ended extends SourceBase<Long> {
    @Override
    public void run(SourceContext<Long> out) {}

    @Override
    public void cancel() {}
}
