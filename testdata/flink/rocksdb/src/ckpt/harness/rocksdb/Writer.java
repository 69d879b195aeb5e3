package ckpt.harness.rocksdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.EnvOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.Options;
import org.rocksdb.SstFileWriter;
import org.rocksdb.WriteOptions;

/** Does to a database what the story of its case says. */
final class Writer {
  private final Database db;
  private final Case c;
  private final Path work;
  private final Random random;
  private final WriteOptions quiet = new WriteOptions().setDisableWAL(true);

  Writer(Database db, Case c, Path work) {
    this.db = db;
    this.c = c;
    this.work = work;
    this.random = new Random(c.seed());
  }

  void run() throws Exception {
    switch (c.story()) {
      case MIXED -> mixed(3, 120);
      case PARTIAL -> partial();
      case BIG_VALUES -> bigValues();
      case MANY_FAMILIES -> {
        for (int i = 0; i < 150; i++) {
          db.family("state-" + i + "-" + "n".repeat(220));
        }
        mixed(1, 100);
      }
      case DROPPED -> {
        mixed(1, 100);
        ColumnFamilyHandle h = db.family("dropped");
        db.db.put(h, quiet, key(1, 1), value(1));
        flush(h);
        db.db.dropColumnFamily(h);
        h.close();
        db.families.remove("dropped");
        mixed(1, 100);
      }
      case TOMBSTONE_ONLY -> {
        mixed(2, 150);
        for (ColumnFamilyHandle h : db.families.values()) {
          db.db.deleteRange(h, quiet, new byte[] {2}, new byte[] {4});
          flush(h);
        }
      }
      case INGESTED, INGESTED_IN_PLACE -> ingested();
    }
  }

  /** Rounds of everything, flushed apart; after each but the last, a compaction of a part of the keys. */
  private void mixed(int rounds, int operations) throws Exception {
    ColumnFamilyHandle values = db.family("value"), lists = db.family("list");
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < operations; i++) {
        change(values, i);
        db.db.merge(lists, quiet, key(random.nextInt(6), random.nextInt(12)), value(i));
        if (random.nextInt(20) == 0) {
          db.db.put(lists, quiet, key(random.nextInt(6), random.nextInt(12)), random.nextInt(4) == 0 ? new byte[0] : value(i));
        }
        if (random.nextInt(20) == 0) {
          db.db.delete(lists, quiet, key(random.nextInt(6), random.nextInt(12)));
        }
        if (random.nextInt(90) == 0) {
          db.db.flush(new FlushOptions().setWaitForFlush(true), lists);
        }
      }
      // a single delete wants a key that was put once
      for (int i = 0; i < 10; i++) {
        byte[] once = key(120, round * 100 + i);
        db.db.put(values, quiet, once, value(i));
        if (i % 2 == 0) {
          flush(values);
          db.db.singleDelete(values, quiet, once);
        }
      }
      flush(values);
      flush(lists);
      if (round < rounds - 1) {
        int from = random.nextInt(4);
        db.db.compactRange(values, new byte[] {(byte) from}, new byte[] {(byte) (from + 2)});
        db.db.compactRange(lists, new byte[] {(byte) from}, new byte[] {(byte) (from + 2)});
      }
    }
  }

  private void change(ColumnFamilyHandle h, int i) throws Exception {
    byte[] k = key(random.nextInt(6), random.nextInt(40));
    switch (random.nextInt(12)) {
      case 0 -> db.db.delete(h, quiet, k);
      case 1 -> {
        if (random.nextInt(6) == 0) {
          byte[] end = key(random.nextInt(3) + k[0], random.nextInt(40));
          if (java.util.Arrays.compareUnsigned(k, end) < 0) {
            db.db.deleteRange(h, quiet, k, end);
          }
        }
      }
      default -> db.db.put(h, quiet, k, value(i));
    }
  }

  /**
   * Range deletions over all tables of level 1, newer keys beside them. Then a part of the keys goes to the bottom, where it
   * loses its sequence numbers, while tables of other parts keep the whole deletion.
   */
  private void partial() throws Exception {
    ColumnFamilyHandle h = db.family("value");
    putSome(h, 300);
    try (CompactRangeOptions o = new CompactRangeOptions().setChangeLevel(true).setTargetLevel(6)) {
      db.db.compactRange(h, new byte[0], new byte[] {127}, o);
    }
    for (int round = 0; round < 3; round++) {
      putSome(h, 100);
      int from = random.nextInt(3);
      db.db.deleteRange(h, quiet, new byte[] {(byte) from}, new byte[] {(byte) (from + 3 + random.nextInt(3))});
      putSome(h, 150);
      flush(h);
      Newer.compactLevel0(db.db, h);
      int group = from + random.nextInt(3);
      db.db.compactRange(h, key(group, 0), key(group, 10 + random.nextInt(20)));
    }
  }

  private void putSome(ColumnFamilyHandle h, int n) throws Exception {
    for (int i = 0; i < n; i++) {
      db.db.put(h, quiet, key(random.nextInt(8), random.nextInt(30)), (i + Long.toHexString(random.nextLong())).getBytes(StandardCharsets.UTF_8));
    }
    flush(h);
  }

  private void bigValues() throws Exception {
    ColumnFamilyHandle h = db.family("value");
    for (int i = 0; i < 12; i++) {
      byte[] v = new byte[i % 3 == 0 ? 70_000 : 40 + i];
      java.util.Arrays.fill(v, (byte) i);
      db.db.put(h, quiet, key(i % 3, i), v);
      db.db.merge(h, quiet, key(9, 1), v);
    }
    flush(h);
  }

  private void ingested() throws Exception {
    mixed(1, 150);
    ColumnFamilyHandle h = db.family("value");
    List<String> files = new ArrayList<>();
    Path file = work.resolve("ingest.sst");
    try (Options o = new Options(new org.rocksdb.DBOptions(), Database.familyOptions(c));
        SstFileWriter w = new SstFileWriter(new EnvOptions(), o)) {
      w.open(file.toString());
      for (int i = 0; i < 60; i++) {
        byte[] k = key(i / 12, i % 12 * 3);
        if (i % 7 == 3) {
          w.delete(k);
        } else {
          w.put(k, value(1000 + i));
        }
      }
      w.finish();
    }
    files.add(file.toString());
    try (IngestExternalFileOptions o = new IngestExternalFileOptions()) {
      Newer.globalSequenceNumberInPlace(o, c.story() == Case.Story.INGESTED_IN_PLACE);
      db.db.ingestExternalFile(h, files, o);
    }
    for (int i = 0; i < 20; i++) {
      change(h, i);
    }
    flush(h);
  }

  private void flush(ColumnFamilyHandle h) throws Exception {
    db.db.flush(new FlushOptions().setWaitForFlush(true), h);
  }

  private static byte[] key(int group, long key) {
    return ByteBuffer.allocate(10).put((byte) group).putLong(key).put((byte) 0).array();
  }

  private byte[] value(int i) {
    return ("value of " + i + (random.nextInt(5) == 0 ? ",with,commas" : "")).getBytes(StandardCharsets.UTF_8);
  }
}
