package ckpt.harness.rocksdb;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksIterator;

/** Writes the databases of Case and, beside each, what a reopened copy of it contains. */
public final class Main {
  private static final HexFormat HEX = HexFormat.of();

  public static void main(String[] args) throws Exception {
    String version = args[0], part = args.length > 2 ? args[2] : "";
    int seeds = args.length > 3 ? Integer.parseInt(args[3]) : 4;
    RocksDB.loadLibrary();
    Path out = Path.of(args[1]);
    Files.createDirectories(out);
    for (Case c : Case.all(version, seeds)) {
      if (c.name().contains(part)) {
        try {
          write(c, out);
        } catch (Exception e) {
          throw new Exception(c.name(), e);
        }
      }
    }
  }

  private static void write(Case c, Path out) throws Exception {
    Path work = Files.createTempDirectory("rocksdb"), target = out.resolve(c.name());
    remove(target);
    try (Database db = new Database(work.resolve("db"), c)) {
      new Writer(db, c, work).run();
      try (Checkpoint checkpoint = Checkpoint.create(db.db)) {
        checkpoint.createCheckpoint(target.toString());
      }
    }
    try (Stream<Path> files = Files.list(target)) {
      for (Path p : files.filter(p -> p.getFileName().toString().startsWith("OPTIONS")).toList()) {
        Files.delete(p); // its paths and times are of no use
      }
    }
    Path copy = work.resolve("copy");
    Files.createDirectory(copy);
    try (Stream<Path> files = Files.list(target)) {
      for (Path p : files.toList()) {
        Files.copy(p, copy.resolve(p.getFileName()));
      }
    }
    dump(copy, c, out.resolve(c.name() + ".dump"));
    remove(work);
  }

  /** Lines of column family, key and value in hexadecimal. */
  private static void dump(Path dir, Case c, Path to) throws Exception {
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    List<String> names = new ArrayList<>();
    try (Options o = new Options(); ColumnFamilyOptions fo = Database.familyOptions(c)) {
      for (byte[] name : RocksDB.listColumnFamilies(o, dir.toString())) {
        families.add(new ColumnFamilyDescriptor(name, fo));
        names.add(new String(name, StandardCharsets.UTF_8));
      }
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      StringBuilder lines = new StringBuilder();
      try (DBOptions dbo = new DBOptions(); RocksDB db = RocksDB.open(dbo, dir.toString(), families, handles)) {
        for (int i = 0; i < handles.size(); i++) {
          lines.append(names.get(i)).append('\n');
          try (ReadOptions ro = new ReadOptions().setTotalOrderSeek(true);
              RocksIterator it = db.newIterator(handles.get(i), ro)) {
            for (it.seekToFirst(); it.isValid(); it.next()) {
              lines.append(' ').append(HEX.formatHex(it.key())).append(' ').append(HEX.formatHex(it.value())).append('\n');
            }
            it.status();
          }
        }
        handles.forEach(ColumnFamilyHandle::close);
      }
      Files.writeString(to, lines);
    }
  }

  private static void remove(Path dir) throws Exception {
    if (Files.exists(dir)) {
      try (Stream<Path> all = Files.walk(dir)) {
        for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(p);
        }
      }
    }
  }
}
