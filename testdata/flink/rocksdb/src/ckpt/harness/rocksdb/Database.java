package ckpt.harness.rocksdb;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/** An open database and its column families, without automatic compaction: what it does depends on the seed alone. */
final class Database implements AutoCloseable {
  final RocksDB db;
  final Map<String, ColumnFamilyHandle> families = new LinkedHashMap<>();
  private final Case c;

  Database(Path dir, Case c) throws Exception {
    this.c = c;
    Files.createDirectories(dir);
    try (Options o = new Options().setCreateIfMissing(true)) {
      db = RocksDB.open(o, dir.toString());
    }
  }

  static ColumnFamilyOptions familyOptions(Case c) {
    Properties p = new Properties();
    p.setProperty("block_based_table_factory", "{block_size=512;" + c.table() + "}");
    p.setProperty("target_file_size_base", "6144");
    p.setProperty("disable_auto_compactions", "true");
    for (String option : c.family().split(";")) {
      int at = option.indexOf('=');
      p.setProperty(option.substring(0, at), option.substring(at + 1));
    }
    ColumnFamilyOptions o = ColumnFamilyOptions.getColumnFamilyOptionsFromProps(p);
    if (o == null) {
      throw new IllegalArgumentException("options " + p);
    }
    return o.setMergeOperatorName("stringappendtest");
  }

  ColumnFamilyHandle family(String name) throws Exception {
    ColumnFamilyHandle h = families.get(name);
    if (h == null) {
      h = db.createColumnFamily(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), familyOptions(c)));
      families.put(name, h);
    }
    return h;
  }

  @Override
  public void close() {
    families.values().forEach(ColumnFamilyHandle::close);
    db.close();
  }
}
