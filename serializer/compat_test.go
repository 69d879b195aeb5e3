package serializer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

var (
	flink16  = Version{1, 6}
	flink116 = Version{1, 16}
	flink120 = Version{1, 20}
	flink23  = Version{2, 3}
)

const (
	rowClass      = pkgJava + "RowSerializer$RowSerializerSnapshot"
	arrayClass    = pkgBase + "GenericArraySerializerSnapshot"
	enumClass     = pkgBase + "EnumSerializer$EnumSerializerSnapshot"
	kryoClassName = pkgJava + "kryo.KryoSerializerSnapshot"
	mapClass      = pkgBase + "MapSerializerSnapshot"
)

var intSnap = snap(pkgBase+"IntSerializer$IntSerializerSnapshot", 3)

func parsedSnap(t testing.TB, b []byte) *Snapshot {
	t.Helper()
	var s *Snapshot
	if err := ParseWithUnknowns(func(o *Context) error {
		r := javaio.NewReader(b, 0)
		s = ParseSnapshot(r, o)
		return r.Done()
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

func enumSnap(class string, names ...string) []byte {
	b := slices.Concat(utf(class), i32(int32(len(names))))
	for _, n := range names {
		b = append(b, utf(n)...)
	}
	return snap(enumClass, 3, b)
}

func scalaEnumSnap(class string, names ...string) []byte {
	b := slices.Concat(utf(class), i32(int32(len(names))))
	for i, n := range names {
		b = slices.Concat(b, utf(n), i32(int32(i)))
	}
	return snap(pkgScala+"ScalaEnumSerializerSnapshot", 3, b)
}

// pojoOf has fields, registered and other subclasses; fields are pairs of name and snapshot.
func pojoOf(class string, fields, registered, other [][]byte) []byte {
	return snap(pkgJava+"PojoSerializerSnapshot", 2, utf(class), optional(fields...), optional(registered...), optional(other...))
}

func subs(snapshot []byte, names ...string) (list [][]byte) {
	for _, n := range names {
		list = append(list, entry(n, nil, snapshot))
	}
	return list
}

// kryoSnap registers its type and the given classes; "name!" is one whose serializer class is missing.
func kryoSnap(typ string, classes ...string) []byte {
	var regs [][]byte
	for _, c := range append([]string{typ}, classes...) {
		name, missing := strings.CutSuffix(c, "!")
		reg := slices.Concat(utf(name), i32(kryoUnspecified))
		if missing {
			reg = slices.Concat(utf(name), i32(kryoClassKind), utf(pkgJava+"KryoRegistrationSerializerConfigSnapshot$DummyKryoSerializerClass"))
		}
		regs = append(regs, entry(name, utf(name), reg))
	}
	return snap(kryoClassName, 2, utf(typ), optional(regs...), optional(), optional())
}

func tupleSnap(class string, nested ...[]byte) []byte {
	return compositeSnap(pkgJava+"TupleSerializerSnapshot", 2, utf(class), nested...)
}

func caseSnap(pkg, class string, nested ...[]byte) []byte {
	return compositeSnap(pkg+"ScalaCaseClassSerializerSnapshot", 2, utf(class), nested...)
}

func rowSnap(kind bool, nested ...[]byte) []byte {
	return compositeSnap(rowClass, 4, flag(kind), nested...)
}

func nullableSnap(pad int32, element []byte) []byte {
	return compositeSnap(pkgJava+"NullableSerializer$NullableSerializerSnapshot", 2, i32(pad), element)
}

func linkedSnap(mask bool) []byte {
	return compositeSnap(pkgSQL+"LinkedListSerializer$LinkedListSerializerSnapshot", 3, flag(mask), longSnap)
}

func sinkSnap(pkg string, nulls bool) []byte {
	return compositeSnap(pkg+"TwoPhaseCommitSinkFunction$StateSerializerSnapshot", 4, flag(nulls), longSnap, stringSnap)
}

func traversableSnap(code string) []byte {
	return compositeSnap(pkgScala+"TraversableSerializerSnapshot", 2, utf(code), longSnap)
}

func genericSnap(class string) []byte {
	return snap(pkgJava+"ValueSerializer$ValueSerializerSnapshot", 2, utf(class))
}

func mapSnap(key, value []byte) []byte { return compositeSnap(mapClass, 1, nil, key, value) }

func ttlSnap(value []byte) []byte { return compositeSnap(ttlClass, 2, nil, longSnap, value) }

func awareSnap(on bool, inner []byte) []byte { return snap(ttlAwareClass, 1, flag(on), inner) }

func avroSnap(schema string) []byte {
	return snap(pkgAvro+"AvroSerializerSnapshot", 2, utf("org.apache.avro.generic.GenericRecord"), utf(schema))
}

func avroRecord(fields string) []byte {
	return avroSnap(`{"type":"record","name":"R","namespace":"n","fields":[` + fields + `]}`)
}

func pojoWith(f ...[]byte) []byte { return pojoOf("P", f, nil, nil) }

func nfaSnap(previous bool) []byte {
	event := snap(pkgShared+"EventId$EventIdSerializer$EventIdSerializerSnapshot", 3)
	dewey := snap(pkgCEP+"DeweyNumber$DeweyNumberSerializer$DeweyNumberSerializerSnapshot", 3)
	node := compositeSnap(pkgShared+"NodeId$NodeIdSerializer$NodeIdSerializerSnapshot", 1, nil, event)
	return compositeSnap(pkgCEP+"NFAStateSerializerSnapshot", 2, flag(previous), dewey, node, event)
}

func TestCompat(t *testing.T) {
	a, b, c := pojoField("a", longSnap), pojoField("b", stringSnap), pojoField("c", intSnap)
	setSnap := compositeSnap(pkgBase+"SetSerializerSnapshot", 1, nil, stringSnap)
	for _, tc := range []struct {
		name     string
		old, new []byte
		target   Version
		want     Outcome
		says     string // a part of the verdict in words
	}{
		{"simple: the same", longSnap, longSnap, flink23, AsIs, ""},
		{"simple: of 1.7", snap(pkgBase+"LongSerializer$LongSerializerSnapshot", 2, utf(pkgBase+"LongSerializer")), longSnap, flink23, AsIs, ""},
		{"simple: another", intSnap, longSnap, flink23, Incompatible, "IntSerializer was stored"},
		{"generic: the same", genericSnap("V"), genericSnap("V"), flink23, AsIs, ""},
		{"generic: another class", genericSnap("V"), genericSnap("W"), flink23, Incompatible, "of V was stored, the job has W"},
		{"composite: the same", mapSnap(stringSnap, longSnap), mapSnap(stringSnap, longSnap), flink23, AsIs, ""},
		{"composite: reconfigured", listSnap(enumSnap("E", "A")), listSnap(enumSnap("E", "A", "B")), flink23, Reconfigured, "element: constants"},
		{"composite: migrated", mapSnap(stringSnap, rowSnap(false, longSnap)), mapSnap(stringSnap, rowSnap(true, longSnap)), flink23,
			Migrated, "value: RowSerializer was stored without row kinds"},
		{"composite: incompatible", mapSnap(stringSnap, listSnap(intSnap)), mapSnap(stringSnap, listSnap(longSnap)), flink23,
			Incompatible, "value, element: IntSerializer"},
		{"composite: the worst decides", tupleSnap("T", enumSnap("E", "A"), rowSnap(false)), tupleSnap("T", enumSnap("E", "A", "B"), rowSnap(true)),
			flink23, Migrated, "field f1"},
		{"tuple: another class", tupleSnap("T", longSnap), tupleSnap("U", longSnap), flink23, Incompatible, "of T was stored"},
		{"tuple: another arity", tupleSnap("T", longSnap), tupleSnap("T", longSnap, longSnap), flink23, Incompatible, "1 parts"},
		{"case class: the same", caseSnap(pkgScala, "C", longSnap), caseSnap(pkgScala, "C", longSnap), flink23, AsIs, ""},
		{"case class: another class", caseSnap(pkgScala, "C", longSnap), caseSnap(pkgScala, "D", longSnap), flink23, Incompatible, "of C"},
		{"case class: a field", caseSnap(pkgScala, "C", longSnap), caseSnap(pkgScala, "C", intSnap), flink23, Incompatible, "field _1"},
		{"array: the same", compositeSnap(arrayClass, 1, utf("X"), longSnap), compositeSnap(arrayClass, 1, utf("X"), longSnap), flink23, AsIs, ""},
		{"array: another component", compositeSnap(arrayClass, 1, utf("X"), longSnap), compositeSnap(arrayClass, 1, utf("Y"), longSnap), flink23,
			Incompatible, "of X was stored"},
		{"row: the same", rowSnap(true, longSnap), rowSnap(true, longSnap), flink23, AsIs, ""},
		{"row: kinds", rowSnap(false, longSnap), rowSnap(true, longSnap), flink23, Migrated, "row kinds"},
		{"row: of 1.10", compositeSnap(rowClass, 2, nil, longSnap), rowSnap(true, longSnap), flink23, Migrated, "row kinds"},
		{"row: arity", rowSnap(true, longSnap), rowSnap(true), flink23, Incompatible, "1 parts"},
		{"nullable: the same", nullableSnap(8, longSnap), nullableSnap(8, longSnap), flink23, AsIs, ""},
		{"nullable: padding", nullableSnap(8, longSnap), nullableSnap(0, longSnap), flink23, Incompatible, "padded to 8"},
		{"linked list: the same", linkedSnap(true), linkedSnap(true), flink23, AsIs, ""},
		{"linked list: mask", linkedSnap(false), linkedSnap(true), flink23, Migrated, "null mask"},
		{"two-phase commit: the same", sinkSnap(pkgSink, true), sinkSnap(pkgSink, true), flink23, AsIs, ""},
		{"two-phase commit: nulls", sinkSnap(pkgSink, false), sinkSnap(pkgSink, true), flink23, Migrated, "without nulls"},
		{"NFA: the same", nfaSnap(true), nfaSnap(true), flink23, AsIs, ""},
		{"NFA: previous timestamps", nfaSnap(false), nfaSnap(true), flink23, Migrated, "previous timestamps"},
		{"traversable: the same", traversableSnap("a"), traversableSnap("a"), flink23, AsIs, ""},
		{"traversable: code", traversableSnap("a"), traversableSnap("b"), flink23, Incompatible, "code that builds"},
		{"enum: the same", enumSnap("E", "A", "B"), enumSnap("E", "A", "B"), flink23, AsIs, ""},
		{"enum: reordered", enumSnap("E", "A", "B"), enumSnap("E", "B", "A"), flink23, Reconfigured, "reordered"},
		{"enum: appended", enumSnap("E", "A"), enumSnap("E", "A", "B"), flink23, Reconfigured, "added"},
		{"enum: removed", enumSnap("E", "A", "B"), enumSnap("E", "A"), flink23, Incompatible, "constant B"},
		{"enum: another class", enumSnap("E", "A"), enumSnap("F", "A"), flink23, Incompatible, "enum E"},
		{"Scala enum: appended", scalaEnumSnap("E", "A"), scalaEnumSnap("E", "A", "B"), flink23, AsIs, ""},
		{"Scala enum: reordered", scalaEnumSnap("E", "A", "B"), scalaEnumSnap("E", "B", "A"), flink23, Incompatible, "has B at position 0"},
		{"Scala enum: out of range", scalaEnumSnap("E", "A", "B"), scalaEnumSnap("E", "A"), flink23, Incompatible, "no constant at position 1"},
		{"Scala enum: another class", scalaEnumSnap("E", "A"), scalaEnumSnap("F", "A"), flink23, Incompatible, "enumeration E"},
		{"POJO: the same", pojoWith(a, b), pojoWith(a, b), flink23, AsIs, ""},
		{"POJO: order of fields", pojoWith(a, b), pojoWith(b, a), flink23, Reconfigured, "order of fields"},
		{"POJO: a field reconfigured", pojoWith(pojoField("e", enumSnap("E", "A"))), pojoWith(pojoField("e", enumSnap("E", "A", "B"))),
			flink23, Reconfigured, "field e: constants"},
		{"POJO: field removed", pojoWith(a, b), pojoWith(a), flink23, Migrated, "field b: the field was removed"},
		{"POJO: field added", pojoWith(a), pojoWith(a, c), flink23, Migrated, "field c: the field was added"},
		{"POJO: a field migrated", pojoWith(pojoField("r", rowSnap(false))), pojoWith(pojoField("r", rowSnap(true))), flink23, Migrated, "field r"},
		{"POJO: int to long", pojoWith(pojoField("a", intSnap)), pojoWith(a), flink23, Incompatible, "field a: IntSerializer"},
		{"POJO: moved to a superclass", pojoWith(a), pojoWith(entry("a", slices.Concat(utf("Base"), utf("a")), longSnap)), flink23,
			Migrated, "field a"},
		{"POJO: another class", pojoWith(a), pojoOf("Q", [][]byte{a}, nil, nil), flink23, Incompatible, "POJO P"},
		{"POJO: subclass appended", pojoOf("P", nil, subs(longSnap, "S"), nil), pojoOf("P", nil, subs(longSnap, "S", "T"), nil), flink23, AsIs, ""},
		{"POJO: subclass put in front", pojoOf("P", nil, subs(longSnap, "S"), nil), pojoOf("P", nil, subs(longSnap, "T", "S"), nil), flink23,
			Reconfigured, "order of registered"},
		{"POJO: subclass not registered any more", pojoOf("P", nil, subs(longSnap, "S"), nil), pojoOf("P", nil, nil, nil), flink23,
			Reconfigured, "its class must still be there"},
		{"POJO: subclass missing", pojoOf("P", nil, [][]byte{slices.Concat(utf("S"), flag(false), flag(false))}, nil),
			pojoOf("P", nil, nil, nil), flink23, Incompatible, "S was missing"},
		{"POJO: subclass incompatible", pojoOf("P", nil, subs(longSnap, "S"), nil), pojoOf("P", nil, subs(intSnap, "S"), nil), flink23,
			Incompatible, "subclass S"},
		{"POJO: subclass migrated", pojoOf("P", nil, subs(rowSnap(false), "S"), nil), pojoOf("P", nil, subs(rowSnap(true), "S"), nil), flink23,
			Migrated, "subclass S"},
		{"POJO: subclass became known", pojoOf("P", nil, nil, subs(longSnap, "S")), pojoOf("P", nil, subs(longSnap, "S"), nil), flink23,
			Reconfigured, "subclass S"},
		{"Avro: the same", avroRecord(""), avroRecord(""), flink23, AsIs, ""},
		{"Avro: documented", avroRecord(`{"name":"a","type":"int"}`), avroRecord(`{"name":"a","type":"int","doc":"x"}`), flink23, AsIs, ""},
		{"Avro: field with default", avroRecord(""), avroRecord(`{"name":"a","type":"int","default":0}`), flink23, Migrated, "can read"},
		{"Avro: field without default", avroRecord(""), avroRecord(`{"name":"a","type":"int"}`), flink23, Incompatible, "field a of n.R is new"},
		{"Kryo: the same", kryoSnap("K", "A"), kryoSnap("K", "A"), flink120, AsIs, ""},
		{"Kryo: appended", kryoSnap("K", "A"), kryoSnap("K", "A", "B"), flink120, AsIs, ""},
		{"Kryo: reordered", kryoSnap("K", "A", "B"), kryoSnap("K", "B", "A"), flink120, Reconfigured, "order of the classes"},
		{"Kryo: not registered any more", kryoSnap("K", "A"), kryoSnap("K"), flink120, Reconfigured, "order of the classes"},
		{"Kryo: serializer missing", kryoSnap("K", "A!"), kryoSnap("K"), flink120, Incompatible, "registered for A is missing"},
		{"Kryo: another type", kryoSnap("K"), kryoSnap("L"), flink120, Incompatible, "Kryo of K"},
		{"TTL-aware: both on", awareSnap(true, ttlSnap(longSnap)), awareSnap(true, ttlSnap(longSnap)), flink23, AsIs, ""},
		{"TTL-aware: switched on", awareSnap(false, longSnap), awareSnap(true, ttlSnap(longSnap)), flink23, Migrated, "switched on"},
		{"TTL-aware: switched off", awareSnap(true, ttlSnap(longSnap)), awareSnap(false, longSnap), flink23, Migrated, "switched off"},
		{"TTL-aware: switched, inner incompatible", awareSnap(false, intSnap), awareSnap(true, ttlSnap(longSnap)), flink23, Incompatible, "IntSerializer"},
		{"TTL: 1.x to 2.x", ttlSnap(longSnap), awareSnap(true, ttlSnap(longSnap)), flink23, AsIs, ""},
		{"TTL: 1.x without to 2.x without", longSnap, awareSnap(false, longSnap), flink23, AsIs, ""},
		{"TTL: 1.x without to 2.x with", longSnap, awareSnap(true, ttlSnap(longSnap)), flink23, Migrated, "switched on"},
		{"TTL: in a map", mapSnap(stringSnap, longSnap), mapSnap(stringSnap, awareSnap(true, ttlSnap(longSnap))), flink23, Migrated, "value: time-to-live"},
		{"TTL: both on, 1.20", ttlSnap(longSnap), ttlSnap(longSnap), flink120, AsIs, ""},
		{"TTL: on with 1.20", longSnap, ttlSnap(longSnap), flink120, Incompatible, "TtlSerializer"},
		{"TTL: off with 1.20", ttlSnap(longSnap), longSnap, flink120, Incompatible, "TtlSerializer"},
		{"user class: the same", userSnap, userSnap, flink23, AsIs, "its own code decides"},
		{"user class: differs", userSnap, snap("com.acme.MySnapshot", 7, utf("other")), flink23, AsIs, "store differs"},
		{"declared list, 1.x to 2.x", pojoWith(pojoField("t", kryoSnap("java.util.List"))), pojoWith(pojoField("t", nullableSnap(0, listSnap(stringSnap)))),
			flink23, Incompatible, "field t: Kryo of java.util.List was stored, as Flink 1.x has"},
		{"declared map", kryoSnap("java.util.Map"), nullableSnap(0, mapSnap(stringSnap, longSnap)), flink23, Incompatible, "Nullable(MapSerializer)"},
		{"declared set", kryoSnap("java.util.Set"), nullableSnap(0, setSnap), flink23, Incompatible, "Nullable(SetSerializer)"},
		{"declared list, 2.x to 1.x", nullableSnap(0, listSnap(stringSnap)), kryoSnap("java.util.List"), flink120, Incompatible, "was stored, as by 2.x"},
		{"Scala of 1.x on 2.x", caseSnap(pkgScalaOld, "C", longSnap), caseSnap(pkgScala, "C", longSnap), flink23, Incompatible, "not in Flink after 1.20"},
		{"Scala of 1.x on 1.20", caseSnap(pkgScalaOld, "C", longSnap), caseSnap(pkgScalaOld, "C", longSnap), flink120, AsIs, ""},
		{"Scala of 2.x on 1.20", caseSnap(pkgScala, "C", longSnap), caseSnap(pkgScalaOld, "C", longSnap), flink120, Incompatible, "since 2.0 only"},
		{"two-phase commit of 1.x on 2.x", sinkSnap(pkgSinkOld, true), sinkSnap(pkgSink, true), flink23, Incompatible, "not in Flink after 1.20"},
		{"two-phase commit of 2.x on 1.20", sinkSnap(pkgSink, true), sinkSnap(pkgSinkOld, true), flink120, Incompatible, "since 2.0 only"},
		{"set of 2.x on 1.20", listSnap(setSnap), listSnap(setSnap), flink120, Incompatible, "element: class"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := Restore{Target: tc.target, Kryo: generationOf(tc.target)}.Compat(parsedSnap(t, tc.old), parsedSnap(t, tc.new))
			if got.Outcome != tc.want || !strings.Contains(got.String(), tc.says) {
				t.Errorf("%s, want %s with %q", got, tc.want, tc.says)
			}
			if tc.says == "" && got != (Verdict{}) {
				t.Errorf("%q, want nothing to say", got)
			}
		})
	}
}

// generationOf is the Kryo that a release has.
func generationOf(v Version) KryoGeneration {
	if v.Before(flink20) {
		return Kryo2
	}
	return Kryo5
}

// TestAccepts has a line per row of what each release reads.
func TestAccepts(t *testing.T) {
	for _, tc := range []struct {
		file   string // version and name of a snapshot that Flink wrote
		target Version
		reads  bool
	}{
		{"1.6.4 list", flink16, true}, {"1.6.4 list", flink116, true}, {"1.6.4 list", Version{1, 17}, false},
		{"1.7.2 two-phase-commit", flink116, true}, {"1.7.2 two-phase-commit", Version{1, 17}, false}, // an adapter frame
		{"1.7.2 list", flink120, true}, {"1.7.2 list", flink23, true}, {"1.7.2 list", flink16, false}, // COMPOSITE version 1
		{"1.7.2 generic-array", flink120, true}, {"1.7.2 generic-array", flink23, false},
		{"1.7.2 either", flink120, true}, {"1.7.2 either", flink23, false},
		{"1.20.4 node", flink120, true}, {"1.20.4 node", flink23, false},
		{"1.20.4 nfa", flink120, true}, {"1.20.4 nfa", flink23, false},
		{"1.20.4 shared-buffer", flink120, true}, {"1.20.4 shared-buffer", flink23, false},
		{"1.20.4 node-v2", flink120, true}, {"1.20.4 node-v2", flink23, true}, {"1.20.4 node-v2", Version{1, 12}, false},
		{"1.20.4 scala-unit", flink120, true}, {"1.20.4 scala-unit", flink23, false},
		{"2.3.0 two-phase-commit", flink23, true}, {"2.3.0 two-phase-commit", flink120, false},
		{"2.3.0 ttl-v2", flink23, true}, {"2.3.0 ttl-v2", flink120, false},
		{"2.3.0 row-data-key", flink23, true}, {"2.3.0 row-data-key", Version{2, 1}, false},
		{"2.3.0 linked-list", Version{1, 12}, false}, {"2.3.0 linked-list", flink120, true},
		{"2.3.0 null-aware-map", Version{1, 8}, false}, {"2.3.0 null-aware-map", Version{1, 9}, true},
	} {
		found := false
		for _, f := range flinkSnapshots(t) {
			if f.version+" "+f.name != tc.file {
				continue
			}
			found = true
			r := javaio.NewReader(f.b, 0)
			s := f.parse(r)
			if s == nil {
				t.Fatal(r.Err())
			}
			if got := (Restore{Target: tc.target}).Accepts(s); (got.Outcome == AsIs) != tc.reads {
				t.Errorf("%s on %s: %s, want read = %t", tc.file, tc.target, got, tc.reads)
			}
			break
		}
		if !found {
			t.Errorf("no snapshot %q", tc.file)
		}
	}
	avro := parsedSnap(t, snap(pkgAvro+"AvroSerializer$AvroSchemaSerializerConfigSnapshot", 2, utf("R"), utf(`"int"`)))
	if (Restore{Target: flink120}).Accepts(avro).Outcome != AsIs || (Restore{Target: flink23}).Accepts(avro).Outcome != Incompatible {
		t.Error("the Avro snapshot of 1.7 is read until 1.20")
	}
}

func TestAcceptsKryo(t *testing.T) {
	plain := parsedSnap(t, kryoSnap("K"))
	for _, tc := range []struct {
		name  string
		r     Restore
		want  Outcome
		doubt bool
	}{
		{"1.x on 1.20", Restore{flink120, Kryo2}, AsIs, false},
		{"1.x on 2.3", Restore{flink23, Kryo2}, Incompatible, false},
		{"2.x on 1.20", Restore{flink120, Kryo5}, Incompatible, false},
		{"2.x on 2.3", Restore{flink23, Kryo5}, AsIs, false},
		{"unknown on 1.20", Restore{Target: flink120}, AsIs, true},
		{"unknown on 2.3", Restore{Target: flink23}, AsIs, true},
	} {
		if got := tc.r.Accepts(plain); got.Outcome != tc.want || (got.Doubt != "") != tc.doubt {
			t.Errorf("%s: %s", tc.name, got)
		}
	}
}

// TestCompatGolden restores what one release wrote with what a later one writes for the same serializer.
func TestCompatGolden(t *testing.T) {
	suites := map[string]map[string]*Snapshot{} // by suite, then release
	for _, path := range goldenSnapshots(t) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(path))
		i := strings.LastIndexByte(name, '-')
		if suites[name[:i]] == nil {
			suites[name[:i]] = map[string]*Snapshot{}
		}
		suites[name[:i]][name[i+1:]] = ParseProxy(javaio.NewReader(b, 0), nil)
	}
	count := map[string]int{}
	for name, snapshots := range suites {
		for from, old := range snapshots {
			for to, now := range snapshots {
				target, err := ParseVersion(to)
				if err != nil {
					t.Fatal(err)
				}
				if source, _ := ParseVersion(from); target.Before(source) || target.Before(Version{1, 8}) {
					continue
				}
				got := Compat(old, now, target)
				count[got.Outcome.String()]++
				if from == to && got.Outcome > Reconfigured && old.Class != ttlAwareClass {
					t.Errorf("%s of %s is refused by the release that wrote it: %s", name, from, got)
				}
				if want := goldenOutcome(from, old, now, target); got.Outcome != want {
					t.Errorf("%s of %s on %s: %s, want %s", name, from, to, got, want)
				}
			}
		}
	}
	if count["as is"] < 1000 || count["incompatible"] == 0 {
		t.Errorf("too little was compared: %v", count)
	}
	t.Log(count)
}

// goldenOutcome says what must come out from what the files are: the same serializer, written by two releases.
// Row and two-phase commit got a switch on the way, and the TTL-aware files of 1.x were made with the class of 2.0.
func goldenOutcome(from string, old, now *Snapshot, target Version) Outcome {
	outcome := AsIs
	a, _ := old.Modern().Body.(*FlagBody)
	if b, _ := now.Modern().Body.(*FlagBody); a != nil && b != nil && a.Flag != b.Flag {
		outcome = Migrated
	}
	if old.Class == ttlAwareClass && target.Before(flink20) {
		return Incompatible
	}
	source, _ := ParseVersion(from)
	walk(old, func(s *Snapshot) {
		switch b := s.Body.(type) {
		case *KryoBody:
			if source.Before(flink20) && !target.Before(flink20) && b.generation() == Kryo2 {
				outcome = Incompatible
			}
		case *PojoBody:
			if len(b.NonRegistered) > 0 {
				outcome = max(outcome, Reconfigured)
			}
		}
		late := s.Legacy && Version{1, 16}.Before(target)
		scala := strings.HasPrefix(s.Class, pkgScalaOld) && !target.Before(flink20)
		if span := classSpans[s.Class]; late || scala || span.until != (Version{}) && span.until.Before(target) {
			outcome = Incompatible
		}
	})
	return outcome
}

func TestCompatAt(t *testing.T) {
	for _, tc := range []struct {
		p          Position
		heap, rock Outcome // of a migration
	}{
		{AtKey, Incompatible, Incompatible},
		{AtNamespace, Incompatible, Incompatible},
		{AtValue, Migrated, Migrated},
		{AtMapKey, Migrated, Incompatible},
		{AtTimer, Migrated, AsIs},
		{AtBroadcast, Migrated, Migrated},
		{AtOperatorList, Migrated, Migrated},
	} {
		v := verdict(Migrated, "why")
		heap, rock := CompatAt(tc.p, v, HeapBackend), CompatAt(tc.p, v, RocksDBBackend)
		if heap.Outcome != tc.heap || rock.Outcome != tc.rock || (rock.Doubt != "") != (tc.p == AtTimer) {
			t.Errorf("%s: %s and %s", tc.p, heap, rock)
		}
		for _, o := range []Outcome{AsIs, Reconfigured, Incompatible} {
			if got := CompatAt(tc.p, verdict(o, "why"), RocksDBBackend); got != verdict(o, "why") {
				t.Errorf("%s: %s became %s", tc.p, o, got)
			}
		}
	}
}

func TestParseVersion(t *testing.T) {
	for in, want := range map[string]Version{"1.20": {1, 20}, "1.20.4": {1, 20}, "2.0-SNAPSHOT": {2, 0}, "2": {}, "x.1": {}, "": {}, "1.x": {}} {
		if got, err := ParseVersion(in); got != want || (err != nil) != (want == Version{}) {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	if !flink120.Before(flink20) || flink20.Before(flink120) || flink20.Before(flink20) {
		t.Error("order of releases")
	}
}
