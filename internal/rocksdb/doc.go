// Package rocksdb reads the databases that Flink's RocksDB and ForSt backends leave in checkpoints: CURRENT, MANIFEST
// and block-based tables, in pure Go.
//
// A database is a set of files under local names. The caller says which there are and opens them by name, so the
// bytes may lie anywhere: in a directory, in an object store, inside a merged file, inside _metadata. Nothing is written.
//
//	CURRENT   := name of the MANIFEST, newline
//	MANIFEST  := log of version edits: which table belongs to which level of which column family
//	table     := data blocks, filters, index, dictionary, range deletions, properties, metaindex, footer
//	block     := entry*, restart:u32*, [hash index], footer:u32; stored with a compression byte and a checksum
//	entry     := shared:v32, unshared:v32, length:v32, key suffix, value
//	key       := user key, u64 (sequence << 8 | kind)
//
// Integers are little-endian. All levels of a column family together, ordered by user key and descending sequence
// number, give its content: the newest version of a key counts, deletions and range deletions hide what is older,
// merge operands pile up on a value. A range deletion holds only inside the boundaries that the MANIFEST gives the
// table it stands in.
//
// A DB and its tables are safe for concurrent use; an Iterator or TableScan belongs to one goroutine and lends its
// slices until the next step. Every checksum is verified. Memory is bounded by one block, one index block and one
// read-ahead buffer for each level and each table of level 0.
package rocksdb
