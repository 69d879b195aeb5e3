package ckpt.harness;

import org.apache.flink.streaming.api.functions.source.RichParallelSourceFunction;

/** The source function class of Flink 1.x. */
public abstract class SourceBase<T> extends RichParallelSourceFunction<T> {}
