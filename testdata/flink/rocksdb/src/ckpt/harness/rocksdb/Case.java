package ckpt.harness.rocksdb;

import java.util.ArrayList;
import java.util.List;

/** A database to write: options as RocksDB's own option strings, and what happens to it. */
record Case(String name, String table, String family, Story story, long seed) {

  /** What happens to a database. */
  enum Story { MIXED, BIG_VALUES, MANY_FAMILIES, DROPPED, TOMBSTONE_ONLY, PARTIAL, INGESTED, INGESTED_IN_PLACE }

  private static final String[] COMPRESSIONS = {
    "kNoCompression", "kSnappyCompression", "kZlibCompression", "kBZip2Compression", "kLZ4Compression", "kLZ4HCCompression", "kZSTD"
  };
  private static final int[] RESTARTS = {1, 7, 16};

  /** All cases of a version. */
  static List<Case> all(String version, int seeds) {
    boolean v6 = !version.startsWith("5"), v8 = version.startsWith("8");
    List<String> checksums = new ArrayList<>(List.of("kCRC32c", "kxxHash", "kNoChecksum"));
    List<String> indexes = new ArrayList<>(List.of("kBinarySearch", "kTwoLevelIndexSearch", "kHashSearch"));
    if (v6) {
      checksums.add("kxxHash64");
      indexes.add("kBinarySearchWithFirstKey");
    }
    if (v8) {
      checksums.add("kXXH3");
    }
    List<Case> cases = new ArrayList<>();
    int n = 0;
    for (int format = 0; format <= (v8 ? 6 : v6 ? 5 : 4); format++) {
      for (String checksum : format == 0 ? List.of("kCRC32c") : checksums) {
        String compression = COMPRESSIONS[n % COMPRESSIONS.length];
        String index = indexes.get(n % indexes.size());
        String name = "f" + format + "-" + checksum + "-" + compression + "-" + index + "-r" + RESTARTS[n % 3];
        cases.add(new Case(name, "format_version=" + format + ";checksum=" + checksum + ";index_type=" + index
            + ";index_block_restart_interval=" + RESTARTS[n % 3] + ";metadata_block_size=128",
            "compression=" + compression + (index.equals("kHashSearch") ? ";prefix_extractor=fixed:1" : ""), Story.MIXED, n));
        n++;
      }
    }
    String newest = "format_version=" + (v8 ? 6 : v6 ? 5 : 4);
    for (String compression : List.of("kZlibCompression", "kLZ4Compression", "kLZ4HCCompression", "kZSTD")) {
      for (String format : List.of("format_version=2", newest)) {
        cases.add(new Case("dict-" + compression + "-" + format.replace("ormat_version=", ""), format, "compression=" + compression
            + ";compression_opts=-14:32767:0:4096", Story.MIXED, n++));
      }
    }
    cases.add(new Case("dict-trained", newest, "compression=kZSTD;compression_opts=-14:3:0:4096:65536", Story.MIXED, n++));
    cases.add(new Case("bloom-old", "format_version=4;filter_policy=bloomfilter:10:false", "compression=kSnappyCompression", Story.MIXED, n++));
    cases.add(new Case("bloom", newest + ";filter_policy=bloomfilter:10:false", "compression=kSnappyCompression", Story.MIXED, n++));
    cases.add(new Case("bloom-parts", newest + ";filter_policy=bloomfilter:10:false;partition_filters=true;metadata_block_size=128"
        + ";index_type=kTwoLevelIndexSearch", "compression=kSnappyCompression", Story.MIXED, n++));
    cases.add(new Case("bloom-old-parts", "format_version=3;filter_policy=bloomfilter:10:false;partition_filters=true;metadata_block_size=128"
        + ";index_type=kTwoLevelIndexSearch", "compression=kSnappyCompression", Story.MIXED, n++));
    if (v6) {
      String policy = v8 ? "ribbonfilter:10" : "experimental_ribbon:10";
      cases.add(new Case("ribbon", newest + ";filter_policy=" + policy, "compression=kSnappyCompression", Story.MIXED, n++));
      cases.add(new Case("index-plain-size", newest + ";block_align=true", "compression=kNoCompression", Story.MIXED, n++));
    }
    cases.add(new Case("hash-in-blocks", newest + ";data_block_index_type=kDataBlockBinaryAndHash", "compression=kSnappyCompression", Story.MIXED, n++));
    cases.add(new Case("universal", newest, "compression=kSnappyCompression;compaction_style=kCompactionStyleUniversal", Story.MIXED, n++));
    cases.add(new Case("dynamic-levels", newest, "compression=kSnappyCompression;level_compaction_dynamic_level_bytes=true", Story.MIXED, n++));
    cases.add(new Case("big-values", newest, "compression=kSnappyCompression", Story.BIG_VALUES, n++));
    cases.add(new Case("big-values-plain", "format_version=2;data_block_index_type=kDataBlockBinaryAndHash", "compression=kNoCompression", Story.BIG_VALUES, n++));
    cases.add(new Case("many-families", newest, "compression=kSnappyCompression", Story.MANY_FAMILIES, n++));
    cases.add(new Case("dropped", newest, "compression=kSnappyCompression", Story.DROPPED, n++));
    cases.add(new Case("tombstone-only", newest, "compression=kSnappyCompression", Story.TOMBSTONE_ONLY, n++));
    cases.add(new Case("ingested", newest, "compression=kSnappyCompression", Story.INGESTED, n++));
    cases.add(new Case("ingested-in-place", "format_version=2", "compression=kSnappyCompression", Story.INGESTED_IN_PLACE, n++));
    for (int i = 0; i < seeds; i++) {
      cases.add(new Case("partial-" + i, newest, "compression=kSnappyCompression", Story.PARTIAL, 1000 + i));
    }
    return cases;
  }
}
