package serializer

import (
	"strings"
	"testing"
)

func TestCompatType(t *testing.T) {
	for _, tc := range []struct {
		old, new string
		want     Outcome
		says     string
	}{
		{"long", "long", AsIs, ""},
		{"int", "long", Incompatible, "int was stored, the job has long"},
		{"list<int>", "list<int>", AsIs, ""},
		{"list<int>", "list<long>", Incompatible, "int was stored"},
		{"pojo a.P{id:long,n:int}", "pojo a.P{id:long,n:int}", AsIs, ""},
		{"pojo a.P{id:long,n:int}", "pojo a.P{id:long}", Migrated, "field n: the field was removed"},
		{"pojo a.P{id:long}", "pojo a.P{id:long,n:int}", Migrated, "field n: the field was added"},
		{"pojo a.P{id:int}", "pojo a.P{id:long}", Incompatible, "field id: int was stored"},
		{"pojo a.P{id:int}", "pojo a.Q{id:int}", Incompatible, "a.Q"},
		{"list<pojo a.P{id:int}>", "list<pojo a.P{id:int,b:int}>", Migrated, "field b"},
	} {
		old, err := ParseType(tc.old)
		if err != nil {
			t.Fatal(err)
		}
		now, err := ParseType(tc.new)
		if err != nil {
			t.Fatal(err)
		}
		if got := CompatType(old, now); got.Outcome != tc.want || !strings.Contains(got.String(), tc.says) {
			t.Errorf("%s to %s: %s, want %s with %q", tc.old, tc.new, got, tc.want, tc.says)
		}
	}
}
