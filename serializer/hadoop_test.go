package serializer

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

// hadoopProgram is a WritableSerializer's for one of Hadoop's classes.
func hadoopProgram(class string) *Program {
	return Compile(TypeOf(&Snapshot{Class: pkgJava + "WritableSerializer$WritableSerializerSnapshot", Version: 2, Body: &ClassBody{pkgHadoop + class}}))
}

// Values that Hadoop 3.3.6 wrote.
func TestHadoop(t *testing.T) {
	text, err := os.ReadFile("testdata/hadoop.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		p, b := hadoopProgram(f[0]), unhex(t, strings.Trim(f[1], "-"))
		v, size, err := p.Decode(append(b[:len(b):len(b)], 7))
		if err != nil || size != len(b) {
			t.Errorf("%s: %d of %d bytes, %v", line, size, len(b), err)
			continue
		}
		n++
		got := fmt.Sprint(v)
		switch x := v.(type) {
		case nil:
			got = "null"
		case []byte:
			got = fmt.Sprintf("%x", x)
		case string:
			if got = fmt.Sprintf("%dx", len(x)); x != strings.Repeat("x", len(x)) {
				got = "text"
				if x != "ü中😀" {
					t.Errorf("%s: %q", line, x)
				}
			}
		}
		if again, err := p.Append(nil, v); got != f[2] || err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: %s, encoded as %x (%v)", line, got, again, err)
		}
		if l := p.Type.FixedLength(); l != -1 {
			t.Errorf("%s: declared length %d", line, l)
		}
		for i := range b {
			if _, err := p.Skip(b[:i]); err != ErrShort {
				t.Errorf("%s: %d of %d bytes: %v", line, i, len(b), err)
			}
		}
	}
	if n < 30 {
		t.Errorf("%d values", n)
	}
}

func TestHadoopBad(t *testing.T) {
	for _, tc := range []struct{ class, in string }{
		{"VLongWritable", "8f7f"}, {"VLongWritable", "8e00ff"}, {"VLongWritable", "8700"}, {"VLongWritable", "88ffffffffffffffff"},
		{"VIntWritable", "8c80000000"}, {"Text", "ff"}, {"Text", "01ff"}, {"Text", "887fffffffffffffff"},
	} {
		if _, err := hadoopProgram(tc.class).Skip(unhex(t, tc.in)); !errors.Is(err, javaio.ErrCorrupt) {
			t.Errorf("%s %s: %v", tc.class, tc.in, err)
		}
	}
	if o := hadoopProgram("MapWritable").Type.Opaque(); o == nil {
		t.Error("MapWritable is decoded")
	}
}

func FuzzHadoop(f *testing.F) {
	f.Add([]byte("\x8f\xff"), uint8(0))
	f.Add([]byte("\x02ab"), uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, which uint8) {
		checkProgram(t, hadoopProgram([]string{"VIntWritable", "VLongWritable", "Text"}[which%3]), b)
	})
}
