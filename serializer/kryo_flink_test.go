package serializer

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// kryoSample is a value that Flink's Kryo serializer wrote, and how the harness shows it.
type kryoSample struct {
	name, hash string
	b          []byte
	text       string
}

// kryoFile is what the harness wrote with one release: a serializer for Object and values.
type kryoFile struct {
	generation KryoGeneration
	snapshot   *Snapshot
	classes    []KryoClass
	samples    []kryoSample
}

func kryoFiles(t testing.TB) []kryoFile {
	t.Helper()
	return []kryoFile{readKryoFile(t, "testdata/kryo-1.20.4.txt", Kryo2), readKryoFile(t, "testdata/kryo-2.3.0.txt", Kryo5)}
}

func readKryoFile(t testing.TB, name string, g KryoGeneration) kryoFile {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f := kryoFile{generation: g}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch parts := strings.SplitN(line, " ", 5); {
		case parts[0] == "snapshot":
			r := javaio.NewReader(unhex(t, parts[1]), 0)
			f.snapshot = ParseSnapshot(r, nil)
			if err := r.Done(); err != nil {
				t.Fatal(err)
			}
		case parts[0] == "value":
			f.samples = append(f.samples, kryoSample{parts[1], parts[2], unhex(t, parts[3]), parts[4]})
		default:
			f.classes = append(f.classes, kryoClassOfLine(strings.Split(line, "\t")))
		}
	}
	return f
}

// kryoClassOfLine reads: class, name, form, final, type variables, fields or constants.
func kryoClassOfLine(parts []string) KryoClass {
	c := KryoClass{Name: parts[1], Final: parts[3] == "final", Params: strings.Fields(strings.Trim(parts[4], "-"))}
	c.Form = map[string]KryoForm{"fields": KryoFields, "enum": KryoEnum, "record": KryoRecord, "list": KryoList, "java": KryoJava}[parts[2]]
	if c.Form == KryoEnum {
		c.Symbols = parts[5:]
		return c
	}
	for _, f := range parts[5:] {
		name, typ, _ := strings.Cut(f, ":")
		typ, inherited := strings.CutPrefix(typ, "inherited ")
		c.Fields = append(c.Fields, KryoField{name, typ, inherited})
	}
	return c
}

func (f kryoFile) program(t testing.TB) *Program {
	t.Helper()
	classes, err := NewKryoClasses(f.classes...)
	if err != nil {
		t.Fatal(err)
	}
	return NewAs(f.snapshot, Options{KryoClasses: classes}).Program
}

// Every value that Flink's serializers wrote shows what it was, has the hash code that Java gives it, and is written as
// it was.
func TestKryoOfFlink(t *testing.T) {
	for _, f := range kryoFiles(t) {
		p := f.program(t)
		if p.Type.kryo.generation != f.generation {
			t.Errorf("the snapshot of Kryo %s tells %s", f.generation, p.Type.kryo.generation)
		}
		hashed := 0
		for _, s := range f.samples {
			v, n, err := p.Decode(s.b)
			if err != nil || n != len(s.b) {
				t.Errorf("Kryo %s: %s: %d of %d bytes: %v\n%x\n%s", f.generation, s.name, n, len(s.b), err, s.b, s.text)
				continue
			}
			if got := harnessText(v); s.text != "-" && !matches(got, s.text) {
				t.Errorf("Kryo %s: %s: %s\nwant %s", f.generation, s.name, got, s.text)
			}
			if b, err := p.Append(nil, v); err != nil || !bytes.Equal(b, s.b) {
				t.Errorf("Kryo %s: %s: encoded as %x, %v", f.generation, s.name, b, err)
			}
			hash, known, err := p.HashBytes(s.b)
			if err != nil || s.hash != "-" && known && strconv.Itoa(int(hash)) != s.hash {
				t.Errorf("Kryo %s: %s: hash %d, want %s (%v)", f.generation, s.name, hash, s.hash, err)
			}
			if s.hash != "-" && known {
				hashed++
			} else if s.hash != "-" {
				t.Logf("Kryo %s: %s: hash is not known", f.generation, s.name)
			}
		}
		t.Logf("Kryo %s: %d values, %d hash codes", f.generation, len(f.samples), hashed)
	}
}

// matches says whether got is want, but for objects that are met again.
func matches(got, want string) bool {
	parts := regexp.MustCompile(`#\d+`).Split(got, -1)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".+") + "$").MatchString(want)
}

// Scala values, as Flink's Scala registrations write them.
func TestKryoOfScala(t *testing.T) {
	f := readKryoFile(t, "testdata/kryo-scala-1.20.4.txt", Kryo2)
	p := kryoProgram(t, Kryo2)
	hashed := 0
	for _, s := range f.samples {
		v, n, err := p.Decode(s.b)
		if err != nil || n != len(s.b) {
			t.Errorf("%s: %d of %d bytes: %v", s.name, n, len(s.b), err)
			continue
		}
		if got := harnessText(v); got != s.text {
			t.Errorf("%s: %s, want %s", s.name, got, s.text)
		}
		hash, known, err := p.HashBytes(s.b)
		if err != nil || s.hash != "-" && (!known || strconv.Itoa(int(hash)) != s.hash) {
			t.Errorf("%s: hash %d (%v), want %s (%v)", s.name, hash, known, s.hash, err)
		}
		if s.hash != "-" {
			hashed++
		}
	}
	if _, err := kryoProgram(t, Kryo5).Skip(unhex(t, "01007363616c612e636f6c6c656374696f6e2e696d6d757461626c652e24636f6c6f6e24636f6c6fee010302020301827800")); !isOpaque(err) {
		t.Errorf("a Scala list of 2.x, which Kryo writes field by field: %v", err)
	}
	if len(f.samples) < 35 || hashed < 9 {
		t.Errorf("%d values, %d hash codes", len(f.samples), hashed)
	}
}

// harnessText shows a value as the harness does.
func harnessText(v Value) string {
	switch x := v.(type) {
	case KryoObject:
		return harnessText(x.Graph)
	case nil:
		return "null"
	case string:
		return harnessQuoted(x)
	case bool, int32:
		return fmt.Sprint(x)
	case int8:
		return fmt.Sprintf("%dB", x)
	case int16:
		return fmt.Sprintf("%dS", x)
	case int64:
		return fmt.Sprintf("%dL", x)
	case Char:
		return fmt.Sprintf("c%d", x)
	case float32:
		return fmt.Sprintf("f%x", math.Float32bits(x))
	case float64:
		return fmt.Sprintf("d%x", math.Float64bits(x))
	case *big.Int:
		return x.String()
	case Decimal:
		return fmt.Sprintf("%de%d", x.Unscaled, x.Scale)
	case Instant:
		return fmt.Sprintf("instant%d.%d", x.Seconds, x.Nanos)
	case LocalDate:
		return harnessQuoted(yearText(x.Year) + fmt.Sprintf("-%02d-%02d", x.Month, x.Day))
	case LocalTime:
		return harnessQuoted(clockText(x))
	case LocalDateTime:
		return harnessQuoted(localText(x))
	case Millis:
		return fmt.Sprintf("date%d", x)
	case SQLTimestamp:
		return fmt.Sprintf("date%d.%d", x.Millis, x.Nanos)
	case Object:
		return harnessObject(x)
	case List:
		return harnessList(x)
	case Map:
		var parts []string
		for _, e := range x {
			parts = append(parts, harnessText(e.Key)+"="+harnessText(e.Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case ZonedDateTime:
		zone := x.Zone
		if zone == "" {
			zone = x.Offset.String()
		}
		return harnessQuoted(localText(x.Local) + "[" + zone + "]")
	case JavaObject:
		return "java " + x.Graph.(*javaobj.Object).Class()
	case Ref:
		return fmt.Sprintf("#%d", x)
	case fmt.Stringer:
		return harnessQuoted(x.String())
	}
	return harnessRest(v)
}

func harnessQuoted(s string) string {
	var b strings.Builder
	javaio.Units(s, func(u uint16) {
		if u <= 0x20 || u > 0x7E || u == '\'' || u == '\\' {
			fmt.Fprintf(&b, `\%04x`, u)
		} else {
			b.WriteByte(byte(u))
		}
	})
	return "'" + b.String() + "'"
}

func harnessList[E any](all []E) string {
	var parts []string
	for _, v := range all {
		if b, ok := any(v).(byte); ok {
			parts = append(parts, harnessText(int8(b)))
			continue
		}
		parts = append(parts, harnessText(v))
	}
	return "[" + strings.Join(parts, " ") + "]"
}

func harnessRest(v Value) string {
	switch x := v.(type) {
	case []byte:
		return harnessList(x)
	case []bool:
		return harnessList(x)
	case []int16:
		return harnessList(x)
	case []int32:
		return harnessList(x)
	case []int64:
		return harnessList(x)
	case []float32:
		return harnessList(x)
	case []float64:
		return harnessList(x)
	case []Char:
		return harnessList(x)
	}
	return fmt.Sprintf("%T %v", v, v)
}

func harnessObject(o Object) string {
	if e, ok := o.Value.(Enum); ok {
		return fmt.Sprintf("@%d", e.Index)
	}
	switch {
	case o.Class == "java.util.regex.Pattern" && o.Names != nil:
		return harnessText(o.Values[0]) // 2.24 does not write its flags
	case strings.HasPrefix(o.Class, "java.util.Optional"):
		return "optional(" + harnessText(o.Value) + ")"
	case o.Names == nil:
		return harnessText(o.Value)
	}
	var parts []string
	for i, n := range o.Names {
		parts = append(parts, n+"="+harnessText(o.Values[i]))
	}
	slices.Sort(parts)
	return "(" + strings.Join(parts, " ") + ")"
}

// A wrong description leaves a rest, and the value opaque.
func TestKryoWrongDescription(t *testing.T) {
	for _, g := range []KryoGeneration{Kryo2, Kryo5} {
		p := kryoProgram(t, g, KryoClass{Name: "Thing", Fields: []KryoField{{Name: "n", Type: "int"}}})
		v, err := p.DecodeFramed(unhex(t, "0100 5468696ee7 01 05 010203"))
		if o, ok := v.(Opaque); err != nil || !ok || o.Class != "Thing" || !strings.Contains(o.Reason, "3 bytes left over") {
			t.Errorf("Kryo %s: %v, %v", g, v, err)
		}
		if v, err := p.DecodeFramed(unhex(t, "0100 5468696ee7 01 05")); err != nil || harnessText(v) != "(n=-3)" {
			t.Errorf("Kryo %s: %v, %v", g, v, err)
		}
	}
}

func TestKryoDescriptionErrors(t *testing.T) {
	for _, tc := range []struct {
		class KryoClass
		want  string
	}{
		{KryoClass{}, "no name"},
		{KryoClass{Name: "A", Form: 9}, "form 9"},
		{KryoClass{Name: "A", Fields: []KryoField{{Name: "f", Type: "java.util.List<"}}}, "no type"},
		{KryoClass{Name: "A", Fields: []KryoField{{Name: "f", Type: "int["}}}, "] is missing"},
		{KryoClass{Name: "A", Fields: []KryoField{{Name: "f", Type: "int x"}}}, "left over"},
		{KryoClass{Name: "A", Fields: []KryoField{{Name: "f", Type: strings.Repeat("L<", 40)}}}, "deep"},
	} {
		if _, err := NewKryoClasses(tc.class); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v: %v", tc.class, err)
		}
	}
	if _, err := NewKryoClasses(KryoClass{Name: "A"}, KryoClass{Name: "A"}); err == nil {
		t.Error("a class is described twice")
	}
}
