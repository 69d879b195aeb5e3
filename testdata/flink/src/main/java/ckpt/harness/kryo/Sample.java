package ckpt.harness.kryo;

/** A value; hashed says that its hash code is the same in every run. */
record Sample(String name, boolean hashed, Object value) {}
