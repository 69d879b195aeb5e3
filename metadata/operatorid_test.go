package metadata

import (
	"strings"
	"testing"
)

func TestOperatorIDFromUID(t *testing.T) {
	for uid, want := range map[string]string{
		"CheckpointingSource1": "69f32d314b97c6f7f9ed7873983167f2",
		"1_source":             "d3f21cabc6fe0fdf76c8be915bdb22a2",
		"21_source":            "020737887cc50ea1c941a41e647c6b3c",
		"31_sink":              "b72602a53d983a82922062df29a0c0f4",
		"ünïcode-ßß":           "a4c9a72bdad778f4342d4eba94d572e1",
		"":                     "00000000000000000000000000000000",
	} {
		if got := OperatorIDFromUID(uid).String(); got != want {
			t.Errorf("%q = %s, want %s", uid, got, want)
		}
	}
	// Java encodes an unpaired surrogate as '?', a replacement character as itself.
	if got, want := OperatorIDFromUID("a\xED\xA0\x80b"), OperatorIDFromUID("a?b"); got != want {
		t.Errorf("unpaired surrogate: %s, want %s", got, want)
	}
	if OperatorIDFromUID("a\uFFFDb") == OperatorIDFromUID("a?b") {
		t.Error("U+FFFD was taken for an unpaired surrogate")
	}
}

func TestGeneratedOperatorID(t *testing.T) {
	parse := func(s string) OperatorID {
		id, err := ParseOperatorID(s)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	for _, tc := range []struct {
		visited, chained int
		inputs           []OperatorID
		want             string
	}{
		{0, 0, nil, "bc764cd8ddf7a0cff126f51c16239658"},
		{0, 1, nil, "cbc357ccb763df2852fee8c4fc7d55f2"},
		{1, 0, nil, "feca28aff5a3958840bee985ee7de4d3"},
		{1, 1, nil, "6cdc5bb954874d922eaee11a8e7b5dd5"},
		{1, 1, []OperatorID{parse("bc764cd8ddf7a0cff126f51c16239658")}, "20ba6b65f97481d5570070de90e4e791"},
		{1, 0, []OperatorID{parse("cbc357ccb763df2852fee8c4fc7d55f2")}, "7df19f87deec5680128845fd9a6ca18d"},
	} {
		if got := GeneratedOperatorID(tc.visited, tc.chained, tc.inputs...).String(); got != tc.want {
			t.Errorf("%d nodes before, %d chained: %s, want %s", tc.visited, tc.chained, got, tc.want)
		}
	}
}

func TestParseOperatorID(t *testing.T) {
	const s = "69f32d314b97c6f7f9ed7873983167f2"
	if id, err := ParseOperatorID(s); err != nil || id.String() != s || id.IsZero() {
		t.Errorf("%s: %v", id, err)
	}
	for _, bad := range []string{"", s[1:], s + "00", strings.Replace(s, "f", "x", 1)} {
		if _, err := ParseOperatorID(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestKnownUID(t *testing.T) {
	for _, want := range []string{"1_source", "31_sink", "300_group-aggregate", "5_stream-exec-sink_1_sink", "Sink Committer: 7_sink"} {
		if got, ok := KnownUID(OperatorIDFromUID(want)); !ok || got != want {
			t.Errorf("%q, %t, want %q", got, ok, want)
		}
	}
	if got, ok := KnownUID(OperatorIDFromUID("mine")); ok {
		t.Errorf("found %q", got)
	}
}
