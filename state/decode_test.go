package state

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

const base = "org.apache.flink.api.common.typeutils.base."

func snap(class string, payload ...byte) []byte {
	return append(javaio.AppendInt32(javaio.AppendUTF(nil, class), 3), payload...)
}

func nested(class string, parts ...[]byte) []byte {
	b := javaio.AppendInt32(javaio.AppendInt32(nil, 911108), 1)
	b = javaio.AppendInt32(javaio.AppendInt32(javaio.AppendInt32(b, 1333245), 1), int32(len(parts)))
	return snap(class, append(b, bytes.Join(parts, nil)...)...)
}

func proxy(b []byte) []byte { return append(javaio.AppendInt32(nil, 2), b...) }

var (
	longSnap   = snap(base + "LongSerializer$LongSerializerSnapshot")
	stringSnap = snap(base + "StringSerializer$StringSerializerSnapshot")
	voidSnap   = snap("org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot")
)

// meta spells a state of version 6: pairs of option, then of serializers.
func meta(name string, backend BackendType, option, value string, serializers ...any) []byte {
	b := javaio.AppendInt32(javaio.AppendUTF(nil, name), int32(backend))
	if option == "" {
		b = javaio.AppendInt32(b, 0)
	} else {
		b = javaio.AppendUTF(javaio.AppendUTF(javaio.AppendInt32(b, 1), option), value)
	}
	b = javaio.AppendInt32(b, int32(len(serializers)/2))
	for i := 0; i < len(serializers); i += 2 {
		b = append(javaio.AppendUTF(b, serializers[i].(string)), proxy(serializers[i+1].([]byte))...)
	}
	return b
}

func keyed(name, kind string, value []byte) []byte {
	return meta(name, KeyValue, optionKind, kind, valueSerializer, value, namespaceSerializer, voidSnap)
}

func keyedHeader(key []byte, states ...[]byte) []byte {
	b := append([]byte{0, 0, 0, 6, 0}, proxy(key)...)
	return append(javaio.AppendInt16(b, int16(len(states))), bytes.Join(states, nil)...)
}

func operatorHeader(lists, broadcasts [][]byte) []byte {
	b := append(javaio.AppendInt16([]byte{0, 0, 0, 6, 0}, int16(len(lists))), bytes.Join(lists, nil)...)
	return append(javaio.AppendInt16(b, int16(len(broadcasts))), bytes.Join(broadcasts, nil)...)
}

// describeHeader spells out what a header says.
func describeHeader(h *Header) string {
	var out []string
	for _, m := range h.States {
		var s strings.Builder
		s.WriteString(m.Name + " " + string(m.Kind))
		for _, p := range []struct {
			name string
			has  bool
		}{{"ttl", m.TTL}, {"apart", m.Collection}, {"err", m.Err != nil}} {
			if p.has {
				s.WriteString(" " + p.name)
			}
		}
		if m.UserKey != nil {
			s.WriteString(" " + m.UserKey.Type.String() + "->")
		}
		if m.Value != nil {
			s.WriteString(" " + m.Value.Type.String())
		}
		if m.TimerKey != nil {
			s.WriteString(" timer of " + m.TimerKey.Type.String())
		}
		if m.Salvaged != "" {
			s.WriteString(" salvaged")
		}
		out = append(out, s.String())
	}
	return strings.Join(out, "; ")
}

func TestDecodeKeyedHeader(t *testing.T) {
	outer2 := func(b []byte) []byte { // of the first composite
		i := bytes.Index(b, []byte{0, 0x0D, 0xE7, 0x04})
		b[i+7] = 2
		return b
	}
	ttl := func(v []byte) []byte {
		return outer2(nested("org.apache.flink.runtime.state.ttl.TtlStateFactory$TtlSerializerSnapshot", longSnap, v))
	}
	timer := outer2(nested("org.apache.flink.streaming.api.operators.TimerSerializerSnapshot", stringSnap, voidSnap))
	list := nested(base+"ListSerializerSnapshot", stringSnap)
	custom := snap("com.acme.CustomSnapshot", 0x2C, 0x00, 0x80, 0xFF, 0x61, 0x00, 0x02) // no form covers it
	for _, tc := range []struct {
		name, want string
		in         []byte
	}{
		{"no state", "", keyedHeader(longSnap)},
		{"value", "v value long", keyedHeader(longSnap, keyed("v", "VALUE", longSnap))},
		{"list", "l list apart string", keyedHeader(longSnap, keyed("l", "LIST", list))},
		{"map", "m map apart long-> list<string>", keyedHeader(longSnap, keyed("m", "MAP", nested(base+"MapSerializerSnapshot", longSnap, list)))},
		{"ttl", "v value ttl list<string>; l list ttl apart long; m map ttl apart long-> string", keyedHeader(longSnap,
			keyed("v", "VALUE", ttl(list)),
			keyed("l", "LIST", nested(base+"ListSerializerSnapshot", ttl(longSnap))),
			keyed("m", "MAP", nested(base+"MapSerializerSnapshot", longSnap, ttl(stringSnap))))},
		{"timer", "_timer_state/event_t timer timer of string", keyedHeader(stringSnap, meta("_timer_state/event_t", PriorityQueue, "", "", valueSerializer, timer))},
		{"second API", "v value long; l list apart string; m map apart long-> string", keyedHeader(longSnap,
			meta("v", KeyValueV2, optionKind, "VALUE", namespaceSerializer, voidSnap, valueSerializer, longSnap),
			meta("l", KeyValueV2, optionKind, "LIST", namespaceSerializer, voidSnap, valueSerializer, stringSnap),
			meta("m", KeyValueV2, optionKind, "MAP", namespaceSerializer, voidSnap, userKeySerializer, longSnap, valueSerializer, stringSnap))},
		{"same name, other type", "a value long; a timer timer of string", keyedHeader(longSnap, keyed("a", "VALUE", longSnap),
			meta("a", PriorityQueue, "", "", valueSerializer, timer))},
		{"unknown kind", "a unknown err long; b value long", keyedHeader(longSnap, keyed("a", "HEAP", longSnap), keyed("b", "VALUE", longSnap))},
		{"missing option", "a unknown err long; b value long", keyedHeader(longSnap,
			meta("a", KeyValue, "", "", namespaceSerializer, voidSnap, valueSerializer, longSnap), keyed("b", "VALUE", longSnap))},
		{"missing namespace", "a unknown err long; b value long", keyedHeader(longSnap,
			meta("a", KeyValue, optionKind, "VALUE", valueSerializer, longSnap), keyed("b", "VALUE", longSnap))},
		{"missing value", "a unknown err; b value long", keyedHeader(longSnap,
			meta("a", KeyValue, optionKind, "VALUE", namespaceSerializer, voidSnap), keyed("b", "VALUE", longSnap))},
		{"unknown class without payload", "a value opaque com.acme.S; b value long", keyedHeader(longSnap,
			keyed("a", "VALUE", snap("com.acme.S")), keyed("b", "VALUE", longSnap))},
		{"salvage, second of three", "a value long; b value opaque com.acme.Custom salvaged; c value string", keyedHeader(longSnap,
			keyed("a", "VALUE", longSnap), keyed("b", "VALUE", custom), keyed("c", "VALUE", stringSnap))},
		{"salvage, serializer at the end of its state", "b value opaque com.acme.Custom salvaged; c value string", keyedHeader(longSnap,
			meta("b", KeyValue, optionKind, "VALUE", namespaceSerializer, voidSnap, valueSerializer, custom), keyed("c", "VALUE", stringSnap))},
		{"salvage, last", "a value long; b value opaque com.acme.Custom salvaged", keyedHeader(longSnap, keyed("a", "VALUE", longSnap),
			meta("b", KeyValue, optionKind, "VALUE", namespaceSerializer, voidSnap, valueSerializer, custom))},
		{"salvage, key", "a value long", keyedHeader(custom, keyed("a", "VALUE", longSnap))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h, err := DecodeKeyedHeader(append(tc.in[:len(tc.in):len(tc.in)], "data"...), int64(len(tc.in)))
			if err != nil {
				t.Fatal(err)
			}
			if got := describeHeader(h); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if h.Size != int64(len(tc.in)) || !bytes.Equal(h.Raw, tc.in) || !bytes.Equal(h.AppendTo(nil), tc.in) {
				t.Errorf("written again: %x, want %x", h.AppendTo(nil), tc.in)
			}
			if h.Salvaged != strings.Contains(tc.name, "salvage") {
				t.Errorf("salvaged = %v", h.Salvaged)
			}
		})
	}
}

func TestDecodeOperatorHeader(t *testing.T) {
	mode := func(name, mode string, value []byte) []byte {
		return meta(name, Operator, optionMode, mode, valueSerializer, value)
	}
	broadcast := meta("b", BroadcastType, optionMode, "BROADCAST", keySerializer, stringSnap, valueSerializer, longSnap)
	custom := snap("com.acme.CustomSnapshot", 0x2C, 0x00, 0x80, 0xFF, 0x61, 0x00, 0x02)
	for _, tc := range []struct {
		name, want string
		in         []byte
	}{
		{"empty", "", operatorHeader(nil, nil)},
		{"lists and broadcast", "l operator-list long; u operator-union string; b broadcast apart string-> long", operatorHeader(
			[][]byte{mode("l", "SPLIT_DISTRIBUTE", longSnap), mode("u", "UNION", stringSnap)}, [][]byte{broadcast})},
		{"unknown mode", "l unknown err long; b broadcast apart string-> long", operatorHeader(
			[][]byte{mode("l", "ALL", longSnap)}, [][]byte{broadcast})},
		{"salvage, list before list", "a operator-list opaque com.acme.Custom salvaged; l operator-list long", operatorHeader(
			[][]byte{mode("a", "SPLIT_DISTRIBUTE", custom), mode("l", "SPLIT_DISTRIBUTE", longSnap)}, nil)},
		{"salvage, last list", "a operator-list opaque com.acme.Custom salvaged; b broadcast apart string-> long", operatorHeader(
			[][]byte{mode("a", "SPLIT_DISTRIBUTE", custom)}, [][]byte{broadcast})},
		{"salvage, last list without broadcast", "a operator-list opaque com.acme.Custom salvaged", operatorHeader(
			[][]byte{mode("a", "SPLIT_DISTRIBUTE", custom)}, nil)},
		{"salvage, broadcast key", "b broadcast apart opaque com.acme.Custom-> long salvaged", operatorHeader(nil,
			[][]byte{meta("b", BroadcastType, optionMode, "BROADCAST", keySerializer, custom, valueSerializer, longSnap)})},
	} {
		for _, compressed := range []bool{false, true} {
			t.Run(tc.name, func(t *testing.T) {
				in := bytes.Clone(tc.in)
				end := int64(len(in))
				if compressed { // data begins behind the identifier of the stream
					in[4] = 1
					end += streamIDSize
				}
				h, err := DecodeOperatorHeader(append(in[:len(in):len(in)], "\xff\x06\x00\x00sNaPpYdata"...), end)
				if err != nil {
					t.Fatal(err)
				}
				if got := describeHeader(h); got != tc.want {
					t.Errorf("got  %s\nwant %s", got, tc.want)
				}
				if h.Compressed != compressed || !bytes.Equal(h.AppendTo(nil), in) || h.Size != int64(len(in)) {
					t.Errorf("written again: %x, want %x", h.AppendTo(nil), in)
				}
			})
		}
	}
}

func TestDamagedHeaders(t *testing.T) {
	good := keyedHeader(longSnap, keyed("a", "VALUE", longSnap))
	states := len(keyedHeader(longSnap)) // behind the count
	at := func(i int, p ...byte) []byte {
		b := bytes.Clone(good)
		copy(b[i:], p)
		return b
	}
	operator := operatorHeader([][]byte{meta("l", Operator, optionMode, "UNION", valueSerializer, longSnap)}, nil)
	for _, tc := range []struct {
		name     string
		in       []byte
		operator bool
		class    error
		offset   int
	}{
		{"version 0", at(3, 0), false, javaio.ErrUnsupported, 0},
		{"version 7", at(3, 7), false, javaio.ErrUnsupported, 0},
		{"operator version 7", append([]byte{0, 0, 0, 7}, operator[4:]...), true, javaio.ErrUnsupported, 0},
		{"snapshot frame", at(8, 3), false, javaio.ErrCorrupt, 5},
		{"number of states", at(states-2, 0xFF), false, javaio.ErrCorrupt, states - 2},
		{"more states than there are", at(states-1, 2), false, javaio.ErrCorrupt, len(good)},
		{"backend type", at(states+6, 9), false, javaio.ErrUnsupported, states + 3},
		{"backend type of operator state", at(states+6, 1), false, javaio.ErrCorrupt, states + 3},
		{"number of options", at(states+7, 0x7F), false, javaio.ErrCorrupt, states + 7},
		{"negative number of options", at(states+7, 0xFF), false, javaio.ErrCorrupt, states + 7},
		{"same name twice", keyedHeader(longSnap, keyed("a", "VALUE", longSnap), keyed("a", "LIST", longSnap)), false,
			javaio.ErrCorrupt, len(good)},
		{"cut", good[:len(good)-1], false, javaio.ErrCorrupt, len(good) - 4},
		{"keyed state in an operator header", operatorHeader([][]byte{keyed("a", "VALUE", longSnap)}, nil), true, javaio.ErrCorrupt, 10},
	} {
		t.Run(tc.name, func(t *testing.T) {
			decode := DecodeKeyedHeader
			if tc.operator {
				decode = DecodeOperatorHeader
			}
			_, err := decode(tc.in, int64(len(tc.in)))
			fe, ok := errors.AsType[*javaio.FormatError](err)
			if !ok || !errors.Is(err, tc.class) || fe.Offset != int64(tc.offset) || !strings.HasPrefix(fe.Field, "header") && fe.Field != "" {
				t.Errorf("err = %v, want %v at %d", err, tc.class, tc.offset)
			}
		})
	}
}

func TestHeaderThatEndsEarly(t *testing.T) {
	in := keyedHeader(longSnap, keyed("a", "VALUE", longSnap))
	for _, end := range []int64{-1, int64(len(in)) + 4} {
		h, err := DecodeKeyedHeader(append(in[:len(in):len(in)], "data"...), end)
		if err != nil || h.Size != int64(len(in)) {
			t.Errorf("end %d: %v", end, err)
		}
	}
}

// fuzzHeader asserts that what decodes is written again as it was.
func fuzzHeader(t *testing.T, in []byte, end int64, decode func([]byte, int64) (*Header, error)) {
	h, err := decode(in, end)
	if err != nil {
		if fe, ok := errors.AsType[*javaio.FormatError](err); !ok || fe.Offset > int64(len(in)) {
			t.Fatalf("%T %v", err, err)
		}
		return
	}
	if h.Size > int64(len(in)) || !bytes.Equal(h.Raw, in[:h.Size]) {
		t.Fatalf("header of %d bytes in %d", h.Size, len(in))
	}
	if b := h.AppendTo(nil); !bytes.Equal(b, h.Raw) && !(len(h.Raw) > 4 && h.Raw[4] > 1) { // a flag of 2 is written as 1
		t.Fatalf("not canonical:\n%x\n%x", h.Raw, b)
	}
}

func FuzzKeyedHeader(f *testing.F) {
	f.Add(keyedHeader(longSnap, keyed("a", "VALUE", longSnap)), true)
	f.Add(keyedHeader(longSnap, keyed("a", "VALUE", snap("x.Y", 1, 2, 3, 4, 5, 6, 7)), keyed("b", "MAP", longSnap)), true)
	f.Add(keyedHeader(longSnap, keyed("a", "LIST", nested(base+"ListSerializerSnapshot", stringSnap))), false)
	f.Fuzz(func(t *testing.T, in []byte, known bool) {
		end := int64(-1)
		if known {
			end = int64(len(in))
		}
		fuzzHeader(t, in, end, DecodeKeyedHeader)
	})
}

func FuzzOperatorHeader(f *testing.F) {
	f.Add(operatorHeader([][]byte{meta("l", Operator, optionMode, "UNION", valueSerializer, longSnap)},
		[][]byte{meta("b", BroadcastType, optionMode, "BROADCAST", keySerializer, stringSnap, valueSerializer, longSnap)}))
	f.Fuzz(func(t *testing.T, in []byte) { fuzzHeader(t, in, int64(len(in)), DecodeOperatorHeader) })
}
