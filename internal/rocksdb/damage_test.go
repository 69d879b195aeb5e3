package rocksdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

// The smallest database there is: column family "s" with two values in one table of level 6.
const smallManifest = "" +
	"db0f219c270001011a6c6576656c64622e4279746577697365436f6d70617261746f7202000900030ccb0101040021d0" +
	"798a250001011a6c6576656c64622e4279746577697365436f6d70617261746f720200c80101c901017314ea49d63100" +
	"0167060bb0051201000000000000000700010000000000000012010000000000000008000100000000000000000001c8" +
	"0101"

const smallTable = "" +
	"00120101000000000000000700010000000000000061080a010800010000000000000062000000000100000000119ed0" +
	"26001202010000000000000008000100000000000000002c00000000010000000068384aa0002404726f636b7364622e" +
	"626c6f636b2e62617365642e7461626c652e696e6465782e74797065000000001a10017072656669782e66696c746572" +
	"696e67301a130177686f6c652e6b65792e66696c746572696e6731081001636f6c756d6e2e66616d696c792e69640116" +
	"04016e616d65730a081a6d70617261746f726c6576656c64622e4279746577697365436f6d70617261746f720c070d72" +
	"657373696f6e4e6f436f6d7072657373696f6e090c0172656174696f6e2e74696d6500080901646174612e73697a6531" +
	"090b01656c657465642e6b6579730008120166696c652e6372656174696f6e2e74696d65000b08017465722e73697a65" +
	"000a0e017865642e6b65792e6c656e67746800090d016f726d61742e76657273696f6e00080a01696e6465782e73697a" +
	"651f080e016d657267652e6f706572616e647300130318746f72537472696e67417070656e64544553544f7065726174" +
	"6f72080f016e756d2e646174612e626c6f636b73010c0701656e7472696573020c0f0172616e67652d64656c6574696f" +
	"6e7300080f016f6c646573742e6b65792e74696d65000815077072656669782e657874726163746f722e6e616d656e75" +
	"6c6c7074720a11026f70657274792e636f6c6c6563746f72735b5d080c017261772e6b65792e73697a65240c0a017661" +
	"6c75652e73697a6502000000000100000000f1b58da4001203726f636b7364622e70726f7065727469657355fc030000" +
	"000001000000007803505f01d60420311f00000000000000000000000000000000000000000000000000000000000000" +
	"0000000002000000f7cff485b741e288"

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func small(t testing.TB) memory {
	return memory{"CURRENT": []byte("MANIFEST-000005\n"), "MANIFEST-000005": unhex(t, smallManifest), "000011.sst": unhex(t, smallTable)}
}

func TestSmall(t *testing.T) {
	db := open(t, small(t).files(), Options{})
	lines, err := dump(t.Context(), db.ColumnFamily("s"), Range{})
	if err != nil || !slices.Equal(lines, []string{"01000000000000000700 61", "01000000000000000800 62"}) {
		t.Errorf("%v, %v", lines, err)
	}
	if c, findings := db.Tables()[0].Verify(t.Context()); len(findings) > 0 || c.Entries != 2 {
		t.Errorf("%v %v", c, findings)
	}
}

func TestChecksums(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want [5]uint32
	}{
		{"\x00", [5]uint32{0, 0x49258fd2, 0xcf65b03e, 0xdb052768, 0x38d394c2}},
		{"hello\x00", [5]uint32{0, 0x838fa897, 0x76c3f8e8, 0x2fec4e26, 0x5c62dcfd}},
		{"hello\x01", [5]uint32{0, 0x898e4440, 0xa1fdd613, 0x6d66dbe3, 0x37f25f24}},
	} {
		for typ, want := range tc.want {
			if got := ChecksumType(typ).sum([]byte(tc.in)); got != want {
				t.Errorf("%v of %q is %08x, want %08x", ChecksumType(typ), tc.in, got, want)
			}
		}
	}
	if got := contextSum(0x12345678, 0x100000010); got != 0x12345669 {
		t.Errorf("context %08x", got)
	}
}

// record frames one version edit.
func record(edit []byte) []byte {
	chunk := append([]byte{0, 0, 0, 0, byte(len(edit)), byte(len(edit) >> 8), chunkFull}, edit...)
	binary.LittleEndian.PutUint32(chunk, maskedCRC(chunk[6:]))
	return chunk
}

type fields []byte

func (f fields) ints(v ...uint64) fields {
	for _, x := range v {
		f = binary.AppendUvarint(f, x)
	}
	return f
}

func (f fields) bytes(s string) fields { return append(binary.AppendUvarint(f, uint64(len(s))), s...) }

func ikey(user string, seq uint64, k Kind) string {
	return string(binary.LittleEndian.AppendUint64([]byte(user), seq<<8|uint64(k)))
}

func addFile(level, number, size uint64, smallest, largest string) fields {
	return fields{}.ints(tagAddFile2, level, number, size).bytes(smallest).bytes(largest).ints(0, 0)
}

// head has what every MANIFEST needs.
func head() fields {
	return fields{}.ints(tagComparator).bytes(bytewise).ints(tagLogNumber, 0, tagNextFile, 30, tagLastSequence, 100)
}

// TestManifestDefects: what RocksDB calls corrupt, and what we do not take, is reported in its class and at its place.
func TestManifestDefects(t *testing.T) {
	a, b := ikey("a", 1, Put), ikey("b", 1, Put)
	family := fields{}.ints(tagFamily, 1, tagFamilyAdd).bytes("s")
	for _, tc := range []struct {
		name  string
		edits []fields
		class error
		text  string
	}{
		{"no log number", []fields{fields{}.ints(tagNextFile, 3, tagLastSequence, 0)}, javaio.ErrCorrupt, "no log number"},
		{"no next file", []fields{fields{}.ints(tagLogNumber, 3, tagLastSequence, 0)}, javaio.ErrCorrupt, "no next file"},
		{"no last sequence", []fields{fields{}.ints(tagLogNumber, 3, tagNextFile, 3)}, javaio.ErrCorrupt, "no last sequence"},
		{"other comparator", []fields{head(), fields{}.ints(tagComparator).bytes("rocksdb.ReverseBytewiseComparator")}, javaio.ErrUnsupported, "comparator"},
		{"unknown tag", []fields{head().ints(77, 1)}, javaio.ErrCorrupt, "unknown tag 77"},
		{"ignorable tag", []fields{head().ints(8192 + 99).bytes("x")}, nil, ""},
		{"known ignorable tags", []fields{head().ints(tagDBID).bytes("id").ints(8198).bytes("").ints(8199).bytes("x").ints(8200).bytes("x").ints(8201).bytes("\x01").ints(tagOldWALAdd, 5, 2, 9, 1, tagOldWALDelete, 7)}, nil, ""},
		{"old tags", []fields{head().ints(tagPrevLog, 0, tagMinLog, 1, tagMaxFamily, 4, tagCursor, 1).bytes(a)}, nil, ""},
		{"cut", []fields{head().ints(tagComparator, 40)}, javaio.ErrCorrupt, "need"},
		{"family added twice", []fields{head(), family, fields{}.ints(tagFamily, 1, tagFamilyAdd).bytes("t")}, javaio.ErrCorrupt, "added twice"},
		{"two of one name", []fields{head(), family, fields{}.ints(tagFamily, 2, tagFamilyAdd).bytes("s")}, javaio.ErrCorrupt, "both named"},
		{"default added", []fields{head(), fields{}.ints(tagFamilyAdd).bytes("x")}, javaio.ErrCorrupt, "added twice"},
		{"unknown family", []fields{head(), fields{}.ints(tagFamily, 9, tagLogNumber, 0)}, javaio.ErrCorrupt, "not known"},
		{"drop of unknown family", []fields{head(), fields{}.ints(tagFamily, 9, tagFamilyDrop)}, javaio.ErrCorrupt, "not known"},
		{"drop", []fields{head(), family, fields{}.ints(tagFamily, 1, tagFamilyDrop)}, nil, ""},
		{"drop of default", []fields{head(), fields{}.ints(tagFamilyDrop)}, javaio.ErrCorrupt, "default"},
		{"delete of absent file", []fields{head(), fields{}.ints(tagDeleteFile, 1, 9)}, javaio.ErrCorrupt, "is not there"},
		{"delete from another level", []fields{head(), addFile(1, 9, 9, a, b), fields{}.ints(tagDeleteFile, 2, 9)}, javaio.ErrCorrupt, "is not there"},
		{"move", []fields{head(), addFile(1, 9, 9, a, b), append(addFile(2, 9, 9, a, b), fields{}.ints(tagDeleteFile, 1, 9)...)}, nil, ""},
		{"file added twice", []fields{head(), addFile(1, 9, 9, a, b), addFile(2, 9, 9, a, b)}, javaio.ErrCorrupt, "added twice"},
		{"short boundary", []fields{head(), addFile(1, 9, 9, "short", b)}, javaio.ErrCorrupt, "boundary of 5 bytes"},
		{"smallest after largest", []fields{head(), addFile(1, 9, 9, b, a)}, javaio.ErrCorrupt, "after its end"},
		{"overlap", []fields{head(), addFile(1, 8, 9, a, b), addFile(1, 9, 9, b, ikey("c", 1, Put))}, javaio.ErrCorrupt, "table 8 ends"},
		{"overlap on level 0", []fields{head(), addFile(0, 8, 9, a, b), addFile(0, 9, 9, a, b)}, nil, ""},
		{"path", []fields{head(), fields{}.ints(tagAddFile3, 1, 9, 1, 9).bytes(a).bytes(b).ints(0, 0)}, javaio.ErrUnsupported, "path 1"},
		{"path 0", []fields{head(), fields{}.ints(tagAddFile3, 1, 9, 0, 9).bytes(a).bytes(b).ints(0, 0)}, nil, ""},
		{"custom path", []fields{head(), custom(fieldPathID, "\x01")}, javaio.ErrUnsupported, "path"},
		{"custom path 0", []fields{head(), custom(fieldPathID, "\x00")}, nil, ""},
		{"custom unknown", []fields{head(), custom(20, "anything")}, nil, ""},
		{"custom that must be known", []fields{head(), custom(66, "x")}, javaio.ErrCorrupt, "must be"},
		{"custom blob", []fields{head(), custom(fieldOldestBlob, "\x07")}, javaio.ErrUnsupported, "blob"},
		{"custom timestamps", []fields{head(), custom(fieldMinTimestamp, "x")}, javaio.ErrUnsupported, "timestamps"},
		{"custom timestamps taken off", []fields{head(), custom(fieldTimestampKept, "\x00")}, javaio.ErrUnsupported, "timestamps"},
		{"blob files", []fields{head().ints(tagBlobAdd).bytes("")}, javaio.ErrUnsupported, "blob"},
		{"32 bits", []fields{head().ints(1 << 40)}, javaio.ErrCorrupt, "32 bits"},
		{"group", []fields{head(), append(family, fields{}.ints(tagAtomicGroup, 1)...), fields{}.ints(tagFamily, 1, tagLogNumber, 2, tagAtomicGroup, 0)}, nil, ""},
		{"open group", []fields{head(), append(family, fields{}.ints(tagAtomicGroup, 1)...)}, javaio.ErrCorrupt, "atomic group"},
		{"group with a stranger", []fields{head(), fields{}.ints(tagAtomicGroup, 1), fields{}.ints(tagLogNumber, 1)}, javaio.ErrCorrupt, "atomic group"},
		{"group of another count", []fields{head(), fields{}.ints(tagAtomicGroup, 3), fields{}.ints(tagAtomicGroup, 1)}, javaio.ErrCorrupt, "atomic group"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var log []byte
			for _, e := range tc.edits {
				log = append(log, record(e)...)
			}
			_, err := DecodeManifest(log, "MANIFEST-000001")
			if tc.class == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			expect(t, err, tc.class, "MANIFEST-000001", tc.text)
		})
	}
}

func custom(tag uint64, value string) fields {
	f := fields{}.ints(tagAddFile4, 1, 9, 9).bytes(ikey("a", 1, Put)).bytes(ikey("b", 1, Put)).ints(0, 0)
	return f.ints(tag).bytes(value).ints(fieldEnd)
}

// expect wants a FormatError of a class about a file.
func expect(t *testing.T, err, class error, file, text string) {
	t.Helper()
	fe, ok := errors.AsType[*javaio.FormatError](err)
	if !ok || !errors.Is(err, class) || fe.File != file || !strings.Contains(err.Error(), text) {
		t.Errorf("err = %v, want %v in %s with %q", err, class, file, text)
	}
}

// readThrough opens a database and reads all of it.
func readThrough(ctx context.Context, files Files, o Options) ([]string, error) {
	db, err := Open(ctx, files, o)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, cf := range db.ColumnFamilies() {
		lines, err := dump(ctx, cf, Range{})
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		all = append(append(all, cf.Name), lines...)
	}
	return all, db.Close()
}

// TestDatabaseDefects: what is wrong with the set of files.
func TestDatabaseDefects(t *testing.T) {
	walRecord := record([]byte("anything"))
	for _, tc := range []struct {
		name   string
		change func(m memory)
		class  error
		file   string
		text   string
	}{
		{"CURRENT missing", func(m memory) { delete(m, "CURRENT") }, javaio.ErrMissing, "CURRENT", "not there"},
		{"CURRENT empty", func(m memory) { m["CURRENT"] = nil }, javaio.ErrCorrupt, "CURRENT", "not the name"},
		{"CURRENT without newline", func(m memory) { m["CURRENT"] = []byte("MANIFEST-000005") }, javaio.ErrCorrupt, "CURRENT", "not the name"},
		{"CURRENT names a table", func(m memory) { m["CURRENT"] = []byte("000011.sst\n") }, javaio.ErrCorrupt, "CURRENT", "not the name"},
		{"CURRENT names an absent MANIFEST", func(m memory) { m["CURRENT"] = []byte("MANIFEST-000006\n") }, javaio.ErrMissing, "MANIFEST-000006", "CURRENT names it"},
		{"MANIFEST cut", func(m memory) { m["MANIFEST-000005"] = m["MANIFEST-000005"][:140] }, javaio.ErrCorrupt, "MANIFEST-000005", "does not fit"},
		{"MANIFEST cut in a header", func(m memory) { m["MANIFEST-000005"] = append(m["MANIFEST-000005"], 1, 2, 3) }, javaio.ErrCorrupt, "MANIFEST-000005", "header"},
		{"MANIFEST flipped", func(m memory) { m["MANIFEST-000005"][20] ^= 1 }, javaio.ErrCorrupt, "MANIFEST-000005", "checksum"},
		{"MANIFEST padded with zeros", func(m memory) { m["MANIFEST-000005"] = append(m["MANIFEST-000005"], make([]byte, 100)...) }, nil, "", ""},
		{"MANIFEST with a recyclable record", func(m memory) { m["MANIFEST-000005"] = append(m["MANIFEST-000005"], 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0) }, javaio.ErrCorrupt, "MANIFEST-000005", "type 5"},
		{"table missing", func(m memory) { delete(m, "000011.sst") }, javaio.ErrMissing, "MANIFEST-000005", "000011.sst"},
		{"table of another size", func(m memory) { m["000011.sst"] = m["000011.sst"][1:] }, javaio.ErrCorrupt, "000011.sst", "687 bytes"},
		{"table by its old name", func(m memory) { m["000011.ldb"] = m["000011.sst"]; delete(m, "000011.sst") }, nil, "", ""},
		{"same table twice", func(m memory) { m["11.sst"] = m["000011.sst"] }, javaio.ErrCorrupt, "11.sst", "same table"},
		{"strange name", func(m memory) { m["../x"] = nil }, javaio.ErrCorrupt, "../x", "plain"},
		{"blob file", func(m memory) { m["000012.blob"] = nil }, javaio.ErrUnsupported, "000012.blob", "blob"},
		{"log with records", func(m memory) { m["000012.log"] = walRecord }, javaio.ErrUnsupported, "000012.log", "write-ahead"},
		{"log of another framing", func(m memory) {
			chunk := append([]byte{0, 0, 0, 0, 1, 0, 5, 12, 0, 0, 0}, 'x')
			binary.LittleEndian.PutUint32(chunk, maskedCRC(chunk[6:]))
			m["000012.log"] = chunk
		}, javaio.ErrUnsupported, "000012.log", "write-ahead"},
		{"log of garbage", func(m memory) { m["000012.log"] = []byte("garbage garbage") }, nil, "", ""},
		{"empty log", func(m memory) { m["000012.log"] = nil }, nil, "", ""},
		{"ignored files", func(m memory) { m["LOCK"], m["IDENTITY"], m["LOG"], m["OPTIONS-000007"] = nil, nil, nil, nil }, nil, "", ""},
		{"table that is not live", func(m memory) { m["000012.sst"] = nil }, nil, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := small(t)
			tc.change(m)
			lines, err := readThrough(t.Context(), m.files(), Options{})
			if tc.class == nil {
				if err != nil || len(lines) != 4 {
					t.Errorf("%v, %v", lines, err)
				}
				return
			}
			expect(t, err, tc.class, tc.file, tc.text)
		})
	}
}

// TestTableGone: a table that vanishes or shrinks after the MANIFEST was read is a finding, and no rows pass for all.
func TestTableGone(t *testing.T) {
	m := small(t)
	files := m.files()
	db := open(t, files, Options{})
	delete(m, "000011.sst")
	_, err := dump(t.Context(), db.ColumnFamily("s"), Range{})
	expect(t, err, javaio.ErrMissing, "000011.sst", "")
	shrinking := small(t).files()
	whole := shrinking.Open
	shrinking.Open = func(ctx context.Context, name string) (File, error) {
		f, err := whole(ctx, name)
		if err == nil && name == "000011.sst" {
			return Section(Section(f, 0, 300), 0, 688), nil
		}
		return f, err
	}
	_, err = readThrough(t.Context(), shrinking, Options{})
	expect(t, err, javaio.ErrCorrupt, "000011.sst", "ends here")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := readThrough(cancelled, small(t).files(), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	broken := small(t).files()
	broken.Open = func(context.Context, string) (File, error) { return nil, fs.ErrPermission }
	if _, err := readThrough(t.Context(), broken, Options{}); !errors.Is(err, fs.ErrPermission) || errors.Is(err, javaio.ErrMissing) {
		t.Errorf("forbidden: %v", err)
	}
}

// table makes an uncompressed table of format 2 from entries as they are given, in order or not.
func makeTable(entries []string, values []string, separator string, rangeDels ...string) []byte {
	var out []byte
	write := func(b []byte) handle {
		h := handle{int64(len(out)), int64(len(b))}
		b = append(slices.Clone(b), 0)
		out = binary.LittleEndian.AppendUint32(append(out, b...), maskedCRC(b))
		return h
	}
	plain := func(keys, values []string) []byte {
		var b fields
		for i, k := range keys {
			b = append(append(b.ints(0, uint64(len(k)), uint64(len(values[i]))), k...), values[i]...)
		}
		return append(b, 0, 0, 0, 0, 1, 0, 0, 0)
	}
	at := func(h handle) string { return string(fields{}.ints(uint64(h.off), uint64(h.size))) }
	data := write(plain(entries, values))
	index := write(plain([]string{separator}, []string{at(data)}))
	names, handles := []string{}, []string{}
	if len(rangeDels) > 0 {
		names, handles = append(names, metaRangeDel), append(handles, at(write(plain(rangeDels[:1], rangeDels[1:]))))
	}
	meta := write(plain(names, handles))
	footer := append([]byte{1}, at(meta)+at(index)...)
	footer = append(footer, make([]byte, 41-len(footer))...)
	footer = binary.LittleEndian.AppendUint32(footer, 2)
	return append(out, binary.LittleEndian.AppendUint64(footer, magicTable)...)
}

// withTable is a database of one table.
func withTable(b []byte, smallest, largest string) memory {
	log := append(record(head()), record(fields{}.ints(tagFamily, 1, tagFamilyAdd).bytes("s"))...)
	log = append(log, record(append(addFile(1, 11, uint64(len(b)), smallest, largest), fields{}.ints(tagFamily, 1)...))...)
	return memory{"CURRENT": []byte("MANIFEST-000005\n"), "MANIFEST-000005": log, "000011.sst": b}
}

// TestTableDefects: entries that contradict each other, the index, or the MANIFEST.
func TestTableDefects(t *testing.T) {
	a, b, c := ikey("a", 5, Put), ikey("b", 5, Put), ikey("c", 5, Put)
	for _, tc := range []struct {
		name              string
		keys              []string
		separator         string
		smallest, largest string
		class             error
		text              string
	}{
		{"sound", []string{a, b}, b, a, b, nil, ""},
		{"unsorted", []string{b, a}, b, a, b, javaio.ErrCorrupt, "not after"},
		{"same key twice", []string{a, a}, b, a, b, javaio.ErrCorrupt, "not after"},
		{"older version first", []string{ikey("a", 4, Put), a}, b, ikey("a", 5, Put), b, javaio.ErrCorrupt, "not after"},
		{"separator before last key", []string{a, b}, a, a, b, javaio.ErrCorrupt, "after the index's"},
		{"before the smallest", []string{a, b}, b, b, c, javaio.ErrCorrupt, "before the table's smallest"},
		{"after the largest", []string{a, b, c}, c, a, b, javaio.ErrCorrupt, "after the table's largest"},
		{"short key", []string{"short"}, b, a, b, javaio.ErrCorrupt, "less than 8 bytes"},
		{"blob index", []string{ikey("a", 5, kindBlobIndex)}, b, a, b, javaio.ErrUnsupported, "blob index"},
		{"timestamp", []string{ikey("a", 5, kindDeleteTimestamp)}, b, a, b, javaio.ErrUnsupported, "delete with timestamp"},
		{"wide columns", []string{ikey("a", 5, kindWideColumns)}, b, a, b, javaio.ErrUnsupported, "wide-column"},
		{"preferred sequence number", []string{ikey("a", 5, kindPreferredSeq)}, b, a, b, javaio.ErrUnsupported, "preferred"},
		{"range deletion among data", []string{ikey("a", 5, RangeDelete)}, b, a, b, javaio.ErrCorrupt, "in a data block"},
		{"unknown kind", []string{ikey("a", 5, 0x33)}, b, a, b, javaio.ErrCorrupt, "in a data block"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := withTable(makeTable(tc.keys, make([]string, len(tc.keys)), tc.separator), tc.smallest, tc.largest)
			lines, err := readThrough(t.Context(), m.files(), Options{})
			if tc.class == nil {
				if err != nil || len(lines) != 4 {
					t.Errorf("%v, %v", lines, err)
				}
				return
			}
			expect(t, err, tc.class, "000011.sst", tc.text)
		})
	}
}

// TestFooterDefects: what the last bytes of a table say it is.
func TestFooterDefects(t *testing.T) {
	sound := makeTable([]string{ikey("a", 5, Put)}, []string{"v"}, ikey("a", 5, Put))
	n := len(sound)
	for _, tc := range []struct {
		name   string
		change func(b []byte)
		class  error
		text   string
	}{
		{"magic", func(b []byte) { b[n-1] ^= 1 }, javaio.ErrCorrupt, "magic"},
		{"plain table", func(b []byte) { binary.LittleEndian.PutUint64(b[n-8:], magicPlain) }, javaio.ErrUnsupported, "plain table"},
		{"cuckoo table", func(b []byte) { binary.LittleEndian.PutUint64(b[n-8:], magicCuckoo) }, javaio.ErrUnsupported, "cuckoo"},
		{"version 7", func(b []byte) { b[n-12] = 7 }, javaio.ErrUnsupported, "version 7"},
		{"version 0", func(b []byte) { b[n-12] = 0 }, javaio.ErrCorrupt, "version 0"},
		{"version 3 without properties", func(b []byte) { b[n-12] = 3 }, javaio.ErrCorrupt, "no properties"},
		{"checksum type", func(b []byte) { b[n-53] = 9 }, javaio.ErrUnsupported, "checksum 9"},
		{"handle outside", func(b []byte) { copy(b[n-52:], "\xff\xff\x03\x10") }, javaio.ErrCorrupt, "before the footer"},
		{"handles cut", func(b []byte) { copy(b[n-52:n-12], bytes.Repeat([]byte{0xff}, 40)) }, javaio.ErrCorrupt, "cut"},
		{"padding", func(b []byte) { b[n-14] = 1 }, javaio.ErrCorrupt, "padding"},
		{"data", func(b []byte) { b[4] ^= 1 }, javaio.ErrCorrupt, "checksum"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := slices.Clone(sound)
			tc.change(b)
			_, err := readThrough(t.Context(), withTable(b, ikey("a", 5, Put), ikey("a", 5, Put)).files(), Options{})
			expect(t, err, tc.class, "000011.sst", tc.text)
		})
	}
}

// TestInvisible: entries beyond the last sequence number are hidden and counted.
func TestInvisible(t *testing.T) {
	newer, older := ikey("a", 101, Put), ikey("a", 7, Put)
	m := withTable(makeTable([]string{newer, older}, []string{"new", "old"}, older), newer, older)
	db := open(t, m.files(), Options{})
	it := db.ColumnFamily("s").Iter(t.Context(), Range{})
	if !it.Next() || string(it.Entry().Value) != "old" || it.Next() || it.Stats() != (Stats{Physical: 2, Visible: 1, Invisible: 1}) {
		t.Errorf("%v %+v %v", it.Entry(), it.Stats(), it.Err())
	}
	if _, findings := db.Tables()[0].Verify(t.Context()); len(findings) != 3 { // both bounds of the MANIFEST, and this
		t.Errorf("findings %v", findings)
	}
}

// TestMergeOfNothing: operands without a value, with an empty one, and under deletions.
func TestMergeOfNothing(t *testing.T) {
	keys := []string{
		ikey("a", 9, Merge), ikey("a", 8, Merge), ikey("b", 9, Merge), ikey("b", 8, Put), ikey("c", 9, Merge), ikey("c", 8, Delete), ikey("c", 7, Put),
		ikey("d", 9, Merge), ikey("d", 4, Put), ikey("e", 3, Merge), ikey("f", 9, SingleDelete), ikey("f", 8, Put),
	}
	values := []string{"2", "1", "x", "", "y", "", "lost", "z", "lost", "lost", "", "lost"}
	b := makeTable(keys, values, ikey("f", 8, Put), ikey("d", 6, RangeDelete), "f")
	m := withTable(b, ikey("a", 9, Merge), ikey("f", 8, Put))
	db := open(t, m.files(), Options{})
	want := []string{"61 312c32", "62 2c78", "63 79", "64 7a"}
	got, err := dump(t.Context(), db.ColumnFamily("s"), Range{})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
	checkGets(t, db.ColumnFamily("s"), want)
	if _, err := dump(t.Context(), open(t, m.files(), Options{MaxValue: 20}).ColumnFamily("s"), Range{}); !errors.Is(err, javaio.ErrUnsupported) {
		t.Errorf("with a limit of 20 bytes: %v", err)
	}
}

// TestFlips: no changed byte of a table or MANIFEST is a panic, or rows that were not there.
func TestFlips(t *testing.T) {
	picked := map[string]bool{}
	for _, g := range goldens(t) {
		_, kind, _ := strings.Cut(g.name, "/")
		kind, _, _ = strings.Cut(kind, "-")
		if picked[kind] || kind == "big" || kind == "many" || strings.Contains(g.name, "kNoChecksum") || strings.Contains(g.name, "BZip2") {
			continue
		}
		picked[kind] = true
		t.Run(g.name, func(t *testing.T) {
			want, err := readThrough(t.Context(), g.files.files(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for name, sound := range g.files {
				if name == "CURRENT" {
					continue
				}
				for at := 0; at < len(sound); at += 1 + len(sound)/25 {
					m := g.files.clone()
					m[name][at] ^= 0x10
					check(t, m, want, fmt.Sprintf("%s@%d flipped", name, at))
					m[name] = sound[:at]
					check(t, m, want, fmt.Sprintf("%s cut at %d", name, at))
				}
			}
		})
	}
}

func check(t *testing.T, m memory, want []string, what string) {
	t.Helper()
	got, err := readThrough(t.Context(), m.files(), Options{})
	if err == nil && !slices.Equal(got, want) {
		// a MANIFEST that ends with an earlier edit is sound; that there are tables it does not know gives it away
		if db := open(t, m.files(), Options{}); len(db.Warnings()) == 0 {
			t.Errorf("%s: other rows and no error", what)
		}
	}
	if err != nil {
		if fe, ok := errors.AsType[*javaio.FormatError](err); !ok || fe.File == "" {
			t.Errorf("%s: %v does not say where", what, err)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add(unhex(f, smallManifest))
	f.Add(record(head()))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := DecodeManifest(b, "MANIFEST-000001")
		if _, ok := errors.AsType[*javaio.FormatError](err); err != nil && !ok {
			t.Fatalf("%v is no FormatError", err)
		}
		if err == nil && len(m.Families) == 0 {
			t.Fatal("no column family")
		}
	})
}

// FuzzEdit reads version edits, which checksums keep FuzzManifest from changing.
func FuzzEdit(f *testing.F) {
	f.Add([]byte(head()))
	f.Add([]byte(custom(20, "x")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := DecodeManifest(append(record(head()), record(b[:min(len(b), 60000)])...), "M"); err != nil {
			if _, ok := errors.AsType[*javaio.FormatError](err); !ok {
				t.Fatalf("%v is no FormatError", err)
			}
		}
	})
}

// FuzzTable reads tables whose blocks have no checksums, so that changes get through to the decoders.
func FuzzTable(f *testing.F) {
	seeds := 0
	for _, g := range goldens(f) {
		for name, b := range g.files {
			if seeds < 10 && strings.Contains(g.name, "kNoChecksum") && strings.HasSuffix(name, ".sst") && len(b) < 3000 {
				f.Add(b, []byte{2})
				seeds++
				break
			}
		}
	}
	f.Fuzz(func(t *testing.T, b, key []byte) {
		m := withTable(b, ikey("", 0, Put), ikey("\xff\xff\xff\xff", 0, Put))
		db, err := Open(t.Context(), m.files(), Options{MaxValue: 1 << 20})
		if err != nil {
			return
		}
		cf := db.ColumnFamily("s")
		if _, err = dump(t.Context(), cf, Range{From: key}); err == nil {
			_, err = cf.Get(t.Context(), key)
		}
		if err != nil {
			if _, ok := errors.AsType[*javaio.FormatError](err); !ok {
				t.Fatalf("%v is no FormatError", err)
			}
		}
	})
}
