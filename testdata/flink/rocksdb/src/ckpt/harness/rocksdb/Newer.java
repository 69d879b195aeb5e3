package ckpt.harness.rocksdb;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.RocksDB;

/** Calls that 5.17 has not. */
final class Newer {
  private Newer() {}

  /** Compacts all tables of level 0 into small tables of level 1. */
  static void compactLevel0(RocksDB db, ColumnFamilyHandle h) throws Exception {
    Method compact = method(RocksDB.class, "compactFiles", 6);
    if (compact == null) {
      return;
    }
    List<String> files = new ArrayList<>();
    for (Object f : (List<?>) call(db, "getLiveFilesMetaData")) {
      int level = (Integer) call(f, "level");
      if (level <= 1 && Arrays.equals((byte[]) call(f, "columnFamilyName"), (byte[]) call(h, "getName"))) {
        files.add((String) call(f, "fileName"));
      }
    }
    Object options = Class.forName("org.rocksdb.CompactionOptions").getConstructor().newInstance();
    method(options.getClass(), "setOutputFileSizeLimit", 1).invoke(options, 1500L);
    compact.invoke(db, options, h, files, 1, -1, null);
  }

  /** Whether the sequence number is written into the table, as versions up to 5.17 always do. */
  static void globalSequenceNumberInPlace(IngestExternalFileOptions o, boolean inPlace) throws Exception {
    Method set = method(IngestExternalFileOptions.class, "setWriteGlobalSeqno", 1);
    if (set != null) {
      set.invoke(o, inPlace);
    }
  }

  private static Object call(Object on, String name) throws Exception {
    return on.getClass().getMethod(name).invoke(on);
  }

  private static Method method(Class<?> c, String name, int parameters) {
    for (Method m : c.getMethods()) {
      if (m.getName().equals(name) && m.getParameterCount() == parameters) {
        return m;
      }
    }
    return null;
  }
}
