package ckpt.harness.peers;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.state.api.functions.KeyedStateReaderFunction;

/** In Flink 2.x a reader is opened with an OpenContext. */
abstract class ReaderBase<K, T> extends KeyedStateReaderFunction<K, T> {
    @Override
    public void open(OpenContext c) throws Exception {
        init();
    }

    protected abstract void init();
}
