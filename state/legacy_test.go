package state

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

// javaObject is a serialized object of a class without fields.
func javaObject(class string) []byte {
	b := javaio.AppendUTF([]byte{0xAC, 0xED, 0, 5, 's', 'r'}, class)
	return append(javaio.AppendInt64(b, 1), 2, 0, 0, 'x', 'p')
}

// ser is a serializer in its frame.
func ser(class string) []byte {
	return javaio.AppendBin([]byte{0, 0, 0, 1}, javaObject(class))
}

// resilience is a block of serializers, each with the snapshot that 1.3 to 1.6 wrote for those without parameters.
func resilience(classes ...string) []byte {
	b := javaio.AppendInt32(nil, int32(len(classes)))
	var blob []byte
	for _, c := range classes {
		b = javaio.AppendInt32(b, int32(len(blob)))
		blob = append(blob, ser(c)...)
		b = javaio.AppendInt32(b, int32(len(blob)))
		blob = javaio.AppendUTF(javaio.AppendInt32(blob, 1), "org.apache.flink.api.common.typeutils.ParameterlessTypeSerializerConfig")
		blob = javaio.AppendUTF(javaio.AppendInt32(blob, 1), c)
	}
	return javaio.AppendBin(b, blob)
}

const (
	longClass   = base + "LongSerializer"
	stringClass = base + "StringSerializer"
	voidClass   = "org.apache.flink.runtime.state.VoidNamespaceSerializer"
)

// byKeys is a state of 1.6.
func byKeys(name string, backend BackendType, option, value string, keysAndClasses ...string) []byte {
	b := javaio.AppendInt32(javaio.AppendUTF(nil, name), int32(backend))
	b = javaio.AppendUTF(javaio.AppendUTF(javaio.AppendInt32(b, 1), option), value)
	b = javaio.AppendInt32(b, int32(len(keysAndClasses)/2))
	var classes []string
	for i := 0; i < len(keysAndClasses); i += 2 {
		b = javaio.AppendUTF(b, keysAndClasses[i])
		classes = append(classes, keysAndClasses[i+1])
	}
	return append(b, resilience(classes...)...)
}

func TestLegacyHeaders(t *testing.T) {
	join := func(parts ...any) (b []byte) {
		for _, p := range parts {
			switch p := p.(type) {
			case int: // i32
				b = javaio.AppendInt32(b, int32(p))
			case uint16: // i16
				b = javaio.AppendInt16(b, int16(p))
			case string:
				b = javaio.AppendUTF(b, p)
			case byte:
				b = append(b, p)
			case []byte:
				b = append(b, p...)
			}
		}
		return b
	}
	for _, tc := range []struct {
		name     string
		operator bool
		in       []byte
		want     string
	}{
		{"1.2", false, join(1, ser(longClass), uint16(1), 1, "v", ser(voidClass), ser(stringClass)), "v value string"},
		{"1.2 RocksDB list: the element's serializer", false, join(1, ser(longClass), uint16(1), 2, "l", ser(voidClass), ser(stringClass)), "l list apart string"},
		{"1.3", false, join(3, resilience(longClass), uint16(1), 3, "r", resilience(voidClass, longClass)), "r reducing long"},
		{"1.4", false, join(4, byte(0), resilience(longClass), uint16(2), 5, "a", resilience(voidClass, longClass), 4, "f", resilience(voidClass, stringClass)),
			"a aggregating long; f folding string"},
		{"1.6", false, join(5, byte(1), resilience(longClass), uint16(1),
			byKeys("v", KeyValue, optionKind, "VALUE", valueSerializer, longClass, namespaceSerializer, voidClass)), "v value long"},
		{"1.2 operator", true, join(1, uint16(2), "l", byte(0), javaObject(longClass), "u", byte(1), javaObject(stringClass), 2),
			"l operator-list long; u operator-union string"},
		{"1.3 operator", true, join(2, uint16(1), "l", byte(0), resilience(longClass), 1), "l operator-list long"},
		{"1.5 operator", true, join(3, uint16(1), "l", byte(1), resilience(longClass), uint16(1), "b", byte(2), resilience(longClass, stringClass)),
			"l operator-union long; b broadcast apart long-> string"},
		{"1.6 operator", true, join(4, uint16(1), byKeys("l", Operator, optionMode, "UNION", valueSerializer, longClass),
			uint16(1), byKeys("b", BroadcastType, optionMode, "BROADCAST", keySerializer, longClass, valueSerializer, stringClass)),
			"l operator-union long; b broadcast apart long-> string"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			decode := DecodeKeyedHeader
			if tc.operator {
				decode = DecodeOperatorHeader
			}
			h, err := decode(tc.in, int64(len(tc.in)))
			if err != nil {
				t.Fatal(err)
			}
			if got := describeHeader(h); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if b := h.AppendTo(nil); !bytes.Equal(b, tc.in) {
				t.Errorf("written again\n%x, want\n%x", b, tc.in)
			}
			if h.Key != nil && h.Key.Type.String() != "long" || h.Key == nil && !tc.operator {
				t.Errorf("key %+v", h.Key)
			}
			for i := range tc.in { // nothing but the whole is accepted, and what fails says where
				if _, err := decode(tc.in[:i], int64(i)); err == nil || !strings.Contains(fmt.Sprint(err), "@") {
					t.Fatalf("cut at %d: %v", i, err)
				}
			}
		})
	}
}

func TestUnknownOrdinals(t *testing.T) {
	keyed := append([]byte{0, 0, 0, 3}, resilience(longClass)...)
	at := len(keyed) + 2
	keyed = append(append(keyed, 0, 1, 0, 0, 0, 7), resilience(voidClass, longClass)...)
	if _, err := DecodeKeyedHeader(keyed, int64(len(keyed))); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("@%d: header.state[0]: corrupt: state kind 7", at)) {
		t.Errorf("err = %v", err)
	}
	operator := append([]byte{0, 0, 0, 2, 0, 1, 0, 1, 'l', 3}, resilience(longClass)...)
	if _, err := DecodeOperatorHeader(operator, int64(len(operator))); err == nil || !strings.Contains(err.Error(), "@9: header.state[0]: corrupt: distribution mode 3") {
		t.Errorf("err = %v", err)
	}
	counted := append(append([]byte{0, 0, 0, 2, 0, 1, 0, 1, 'l', 0}, resilience(longClass)...), 0, 0, 0, 2)
	if _, err := DecodeOperatorHeader(counted, int64(len(counted))); err == nil || !strings.Contains(err.Error(), "2 states are announced") {
		t.Errorf("err = %v", err)
	}
}
