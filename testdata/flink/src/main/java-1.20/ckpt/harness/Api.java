package ckpt.harness;

/** What differs between the versions, beyond names. */
public final class Api {
    private Api() {}

    /** Whether reflection finds serializers for List, Map and Set fields of POJOs; else Kryo takes them. */
    public static final boolean COLLECTIONS = false;
}
