package metadata

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

// The streams that Flink 1.16 to 2.3 write.
func TestPropertiesStream(t *testing.T) {
	checkpoint := func(discardFailed, kept bool) *Properties {
		return &Properties{Name: "Checkpoint", Sharing: "FORWARD_BACKWARD", DiscardSubsumed: true, DiscardFinished: true,
			DiscardFailed: discardFailed, DiscardCancelled: !kept, DiscardSuspended: !kept}
	}
	savepoint := func(name, format, action string, forced bool) *Properties {
		return &Properties{Savepoint: true, Name: name, Format: format, PostAction: action, Forced: forced}
	}
	for _, tc := range []struct {
		name   string
		p      *Properties
		size   int
		digest string
	}{
		{"checkpoint never retained", checkpoint(true, false), 604, "05ded862440044b371aaacd4554c79a86d34a488d6cedeb6e6e96e6f09a99b44"},
		{"checkpoint retained on failure", checkpoint(false, false), 604, "4a3295e1c11b8412bd3bca8412c1ab940cfcde8fa86afe57effab1fd8d3e5cb5"},
		{"checkpoint retained on cancellation", CheckpointProperties(), 604, "74438078269f8390147a51779c791566c20636cd44f537824f0b9a6f3544d038"},
		{"canonical, not forced", savepoint("Savepoint", "CANONICAL", "NONE", false), 745,
			"0130ca4d9026fc3a9fae3b9ec533cfe0a2a7ee3d22b3825681ac70e117ca32f1"},
		{"canonical", SavepointProperties("CANONICAL"), 745, "a0d9290316d5bd13a6078ae292e9d9357c5bd34d0e8467d887382c40509d19cb"},
		{"native, not forced", savepoint("Savepoint", "NATIVE", "NONE", false), 742, "904e4b8a89ca429143eed8edb0ad00719be6b3bb7b3bae0bbe090af487ed24a0"},
		{"native", SavepointProperties("NATIVE"), 742, "881d909cb0abaf581fa980ab24822b6a5b5210101c9cff99477dae404d7bd073"},
		{"suspend", savepoint("Suspend Savepoint", "CANONICAL", "SUSPEND", true), 756,
			"d44bcb53b0069c7ca6b70062f2fc2faf65027419909428d1b0be7a608ee7d102"},
		{"terminate", savepoint("Terminate Savepoint", "CANONICAL", "TERMINATE", true), 760,
			"a3768b3a6d11a93044f9845af9927a7573ce392d019ad623b231a37d464866de"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := tc.p.AppendTo(nil)
			sum := sha256.Sum256(b)
			if got := hex.EncodeToString(sum[:]); len(b) != tc.size || got != tc.digest {
				t.Errorf("%d bytes with digest %s, want %d with %s", len(b), got, tc.size, tc.digest)
			}
			got := decodeProperties(t, b)
			if !bytes.Equal(got.AppendTo(nil), b) {
				t.Error("the stored bytes are not written back")
			}
			if got.Raw = nil; !reflect.DeepEqual(got, tc.p) {
				t.Errorf("got %+v, want %+v", got, tc.p)
			}
		})
	}
}

func decodeProperties(t *testing.T, b []byte) *Properties {
	t.Helper()
	d := newDecoder(b, DecodeOptions{}, keyedDecoders)
	p := d.properties()
	if err := d.r.Done(); err != nil {
		t.Fatal(err)
	}
	return p
}

// A Flink with other classes has other serialization ids: they are read, and can be written.
func TestPropertiesTypeUID(t *testing.T) {
	want := SavepointProperties("CANONICAL")
	want.TypeUID = -4756344397805817452
	b := want.AppendTo(nil)
	got := decodeProperties(t, b)
	if got.Raw = nil; !reflect.DeepEqual(got, want) || !bytes.Equal(got.AppendTo(nil), b) {
		t.Errorf("got %+v", got)
	}
}

// Streams that Flink would refuse are kept with the reason.
func TestPropertiesNotUnderstood(t *testing.T) {
	savepoint := string(SavepointProperties("CANONICAL").AppendTo(nil))
	checkpoint := string(CheckpointProperties().AppendTo(nil))
	for _, tc := range []struct{ name, in, want string }{
		{"string", "\xAC\xED\x00\x05\x74\x00\x01x", "properties are a string"},
		{"other class", strings.Replace(savepoint, "CheckpointProperties", "CheckpointPropertied", 1), "CheckpointPropertied"},
		{"other snapshot type", strings.Replace(savepoint, "checkpoint.SavepointType", "checkpoint.SavepointTypo", 1), "SavepointTypo"},
		{"unknown format", strings.Replace(savepoint, "CANONICAL", "CANONICAK", 1), "CANONICAK"},
		{"unknown action", strings.Replace(savepoint, "\x00\x04NONE", "\x00\x04NULL", 1), "NULL"},
		{"unknown strategy", strings.Replace(checkpoint, "FORWARD_BACKWARD", "FORWARD_FORWARD_", 1), "FORWARD_FORWARD_"},
		{"name missing", strings.Replace(checkpoint, "\x00\x04name", "\x00\x04nome", 1), "name of the snapshot type"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := decodeProperties(t, []byte(tc.in))
			if !errors.Is(p.Err, javaio.ErrUnsupported) || !strings.Contains(p.Err.Error(), tc.want) || p.Name != "" || p.Savepoint {
				t.Errorf("got %+v", p)
			}
			if string(p.AppendTo(nil)) != tc.in {
				t.Error("the stored bytes are not written back")
			}
		})
	}
}
