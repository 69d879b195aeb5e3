package ckpt.harness.unusual;

/** A value that only {@link TemperatureSerializer} can write. */
public record Temperature(String station, int millikelvin) {}
