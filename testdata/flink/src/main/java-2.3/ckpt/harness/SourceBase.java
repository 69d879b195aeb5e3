package ckpt.harness;

import org.apache.flink.streaming.api.functions.source.legacy.RichParallelSourceFunction;

/** The source function class of Flink 2.x. */
public abstract class SourceBase<T> extends RichParallelSourceFunction<T> {}
