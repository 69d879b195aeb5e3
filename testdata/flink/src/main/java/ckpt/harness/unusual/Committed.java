package ckpt.harness.unusual;

import java.util.Set;

/** The snapshots that are kept in the repository: one of each case, small. */
final class Committed {
    private static final Set<String> NAMES = Set.of(
            "unusual-namespaces-rocksdb-canonical-p2-m128",
            "unusual-custom-rocksdb-canonical-p1-m128-inline0",
            "unusual-custom-hashmap-native-p1-m128-inline0",
            "unusual-lazy-rocksdb-canonical-p3-m128-inline0",
            "unusual-lazy-hashmap-native-p3-m128-inline0",
            "unusual-same-name-hashmap-canonical-p2-m128",
            "unusual-raw-hashmap-canonical-p2-m128-inline0",
            "unusual-finished-hashmap-canonical-p2-m128",
            "unusual-incremental-rocksdb-checkpoint-p2-m128-inline0",
            "unusual-changelog-hashmap-checkpoint-p2-m128-inline0",
            "unusual-changelog-rocksdb-checkpoint-snappy-p2-m129-inline0",
            "unusual-changelog-memory-hashmap-checkpoint-p2-m128-inline0",
            "unusual-changelog-based-hashmap-checkpoint-snappy-p2-m128-inline0",
            "unusual-changelog-based-rocksdb-checkpoint-p2-m129-inline0",
            "unusual-async-hashmap-canonical-p2-m128",
            "unusual-cep-hashmap-canonical-p1-m128",
            "unusual-kryo-hashmap-canonical-p1-m128",
            "unusual-protobuf-rocksdb-canonical-p1-m128-inline0",
            "unusual-protobuf-hashmap-native-p1-m128-inline0",
            "unusual-described-rocksdb-canonical-p1-m128-inline0",
            "unusual-described-hashmap-native-p1-m128-inline0");

    private Committed() {}

    static boolean has(String name) {
        return NAMES.contains(name);
    }
}
