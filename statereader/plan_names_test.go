package statereader

import (
	"slices"
	"strings"
	"testing"

	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
)

const smallPlan = `{"flinkVersion":"1.20","nodes":[
 {"id":1,"type":"stream-exec-table-source-scan_1","outputType":"ROW<` + "`id` BIGINT, `name` VARCHAR(20), `a``b` DOUBLE" + `>"},
 {"id":2,"type":"stream-exec-exchange_1","inputProperties":[{"requiredDistribution":{"type":"HASH","keys":[1]}}],
  "outputType":{"type":"ROW","fields":[{"name":"id","fieldType":"BIGINT"},{"name":"name","fieldType":"VARCHAR(20)"},
   {"name":"ts","fieldType":{"type":"TIMESTAMP_WITHOUT_TIME_ZONE","precision":3,"kind":"ROWTIME"}}]}},
 {"id":3,"type":"stream-exec-group-aggregate_1","grouping":[1],"aggCallNeedRetractions":[false,true],
  "aggCalls":[{"name":"n","internalName":"$COUNT$1","argList":[]},{"name":null,"internalName":"$SUM$1","argList":[0]}],
  "configuration":{"table.exec.uid.format":"<id>/<type>/<transformation>"},
  "outputType":"ROW<` + "`name` VARCHAR(20), `n` BIGINT, `total` BIGINT" + `>"},
 {"id":4,"type":"stream-exec-process-table-function_1","uid":"mine","outputType":7}],
 "edges":[{"source":1,"target":2},{"source":2,"target":3},{"source":3,"target":4},{"source":9,"target":3}]}`

func parsePlan(t *testing.T, text string) *Plan {
	t.Helper()
	p, err := ParsePlan([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParsePlan(t *testing.T) {
	p := parsePlan(t, smallPlan)
	for id, want := range map[int]string{1: "id name a`b", 2: "id name ts", 3: "name n total", 4: ""} {
		if got := strings.Join(p.nodes[id].output.names, " "); got != want {
			t.Errorf("columns of node %d are %q, want %q", id, got, want)
		}
	}
	for uid, want := range map[string]int{"3_group-aggregate": 3, "mine": 4, "Sink Committer: 2_sink": 2, "Sink 2_sink Global Committer": 2} {
		if n := p.node(uid); n == nil || n.ID != want {
			t.Errorf("node of %q is %v, want %d", uid, n, want)
		}
	}
	for _, uid := range []string{"", "group-aggregate", "5_calc", "x_calc", "_"} {
		if n := p.node(uid); n != nil {
			t.Errorf("node of %q is %d, want none", uid, n.ID)
		}
	}
	uids := p.UIDs()
	for _, want := range []string{"1_source", "1_stream-exec-table-source-scan_1_source", "3/group-aggregate/group-aggregate", "mine"} {
		if !slices.Contains(uids, want) {
			t.Errorf("uid %q is missing", want)
		}
	}
	if slices.Contains(uids, "3_group-aggregate") {
		t.Error("a uid that contradicts the node's configuration")
	}
	var none *Plan
	if none.UIDs() != nil || none.node("1_source") != nil {
		t.Error("no plan names something")
	}
}

func TestParsePlanErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "compiled plan: unexpected end",
		"[]":                            "compiled plan: json",
		"{}":                            "it has no nodes",
		`{"nodes":[null]}`:              "nodes[0] is null",
		`{"nodes":[{"id":"x"}]}`:        "compiled plan: json",
		`{"nodes":[{"id":1},{"id":1}]}`: "nodes[1] is null or its id is taken",
		strings.Repeat("[", 20000):      "compiled plan: ",
	} {
		if _, err := ParsePlan([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: err = %v, want %q", text, err, want)
		}
	}
}

// Numbers in a plan that point nowhere name nothing.
func TestPlanOutOfRange(t *testing.T) {
	p := parsePlan(t, `{"nodes":[{"id":1,"outputType":"ROW<a INT>"},{"id":2,"type":"x","grouping":[7,-1],"leftUpsertKeys":[[3]],"inputUniqueKeys":[[[-2]]],
	 "orderBy":{"fields":[{"index":5}]},"inputProperties":[{"requiredDistribution":{"type":"HASH","keys":[4]}}],
	 "outputType":"ROW<"}],"edges":[{"source":1,"target":2}]}`)
	row := parseSQL(t, "ROW<`f0` BIGINT, `f1` BIGINT>")
	row.Fields = nil
	h := &state.Header{Key: serializer.Derived(row), States: []*state.Meta{
		{Name: "accState", Value: serializer.Derived(row)}, {Name: "multi-join-input-99", UserKey: serializer.Derived(row), Value: serializer.Derived(row)}}}
	c := p.rename(p.nodes[2], h)
	if c.Key.Type.Fields != nil || c.States[0].Value.Type.Fields != nil || c.States[1].UserKey.Type.Fields != nil {
		t.Errorf("named: %v %v %v", c.Key.Type, c.States[0].Value.Type, c.States[1].UserKey.Type)
	}
}

func parseSQL(t *testing.T, text string) *serializer.Type {
	t.Helper()
	typ, err := serializer.ParseType(text)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

// bare returns the type without names at its first level.
func bare(t *serializer.Type) *serializer.Type {
	c := *t
	c.Fields = nil
	return &c
}

func TestPlanRename(t *testing.T) {
	p := parsePlan(t, smallPlan)
	record := bare(parseSQL(t, "ROW<a BIGINT, b CHAR(3), c TIMESTAMP(3)>"))
	acc := bare(parseSQL(t, "ROW<a BIGINT, b BIGINT, c BIGINT, d RAW('v', '...')>"))
	acc.Elems[3] = &serializer.Type{Kind: serializer.KindTableRaw, Elems: []*serializer.Type{{Kind: serializer.KindVoid}}}
	tuple := &serializer.Type{Kind: serializer.KindTuple, Elems: []*serializer.Type{record, {Kind: serializer.KindInt}}}
	h := &state.Header{Key: serializer.Derived(bare(parseSQL(t, "ROW<a STRING>"))), States: []*state.Meta{
		{Name: "accState", Value: serializer.Derived(acc)},
		{Name: "left-records", UserKey: serializer.Derived(record), Value: serializer.Derived(tuple)},
		{Name: "other", Value: serializer.Derived(&serializer.Type{Kind: serializer.KindList, Elems: []*serializer.Type{record}})},
		{Name: "foreign", Value: serializer.Derived(bare(parseSQL(t, "ROW<a INT, b INT, c INT>")))},
		{Name: "data-state-with-update", Value: serializer.Derived(&serializer.Type{Kind: serializer.KindTuple, Elems: []*serializer.Type{{Kind: serializer.KindInt}, {Kind: serializer.KindInt}}})},
	}}
	before := h.States[1].Value.Type
	c := p.rename(p.nodes[3], h)
	fields := func(t *serializer.Type) string { return strings.Join(t.Fields, " ") }
	for _, tc := range []struct{ what, got, want string }{
		{"key", fields(c.Key.Type), "name"},
		{"accumulator", fields(c.States[0].Value.Type), "n.count1 total.sum total.count distinct0"},
		{"map key", fields(c.States[1].UserKey.Type), "id name ts"},
		{"tuple", fields(c.States[1].Value.Type), "record associations"},
		{"record in a tuple", fields(c.States[1].Value.Type.Elems[0]), "id name ts"},
		{"record in a list", fields(c.States[2].Value.Type.Elems[0]), "id name ts"},
		{"row of other types", fields(c.States[3].Value.Type), ""},
		{"tuple of numbers", fields(c.States[4].Value.Type), "count rank"},
		{"without a plan", fields((*Plan)(nil).rename(nil, h).States[1].Value.Type), "record associations"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %q, want %q", tc.what, tc.got, tc.want)
		}
	}
	if h.States[1].Value.Type != before || before.Fields != nil || record.Fields != nil {
		t.Error("the header that operators share was changed")
	}
}

func TestAccumulatorNames(t *testing.T) {
	calls := []accumulator{
		{planCall{InternalName: "$AVG$1"}, "a", false}, {planCall{InternalName: "$MAX$1"}, "m", true},
		{planCall{InternalName: "$LISTAGG$1"}, "l", false}, {planCall{InternalName: "udf"}, "u", false},
	}
	const names = "a.sum a.count m.max l.delimiter l.list u"
	for columns, want := range map[int]string{5: "", 6: names, 7: names + " count1", 8: ""} {
		row := &serializer.Type{Kind: serializer.KindTableRow}
		for range columns {
			row.Elems = append(row.Elems, &serializer.Type{Kind: serializer.KindTableInt})
		}
		if got := strings.Join(accumulatorNames(calls, row), " "); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
}

func TestNodeUIDs(t *testing.T) {
	if uids := metadata.NodeUIDs(100000, ""); !slices.Contains(uids, "100000_join") || !slices.Contains(uids, "100000_stream-exec-join_1_join") {
		t.Errorf("%v", uids)
	}
}

func FuzzPlan(f *testing.F) {
	f.Add([]byte(smallPlan))
	row := &serializer.Type{Kind: serializer.KindTableRow, Elems: []*serializer.Type{{Kind: serializer.KindTableBigInt}}}
	h := &state.Header{Key: serializer.Derived(row), States: []*state.Meta{{Name: "accState", Value: serializer.Derived(row)},
		{Name: "right-records", UserKey: serializer.Derived(row), Value: serializer.Derived(row)}}}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePlan(b)
		if err != nil {
			return
		}
		p.UIDs()
		for _, n := range p.nodes {
			p.rename(n, h)
		}
	})
}
