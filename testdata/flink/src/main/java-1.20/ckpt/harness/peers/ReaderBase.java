package ckpt.harness.peers;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.state.api.functions.KeyedStateReaderFunction;

/** In Flink 1.x a reader is opened with a Configuration. */
abstract class ReaderBase<K, T> extends KeyedStateReaderFunction<K, T> {
    @Override
    public void open(Configuration c) {
        init();
    }

    protected abstract void init();
}
