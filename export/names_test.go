package export

import (
	"slices"
	"strings"
	"testing"
)

func TestFileNames(t *testing.T) {
	long := strings.Repeat("é", 50)
	for _, tc := range []struct {
		name string
		in   []named
		want []string
	}{
		{"plain", []named{{"keyed", "count-1_a.B"}}, []string{"count-1_a.B"}},
		{"escaped", []named{{"keyed", "a/b c%ü"}, {"keyed", ".hidden"}, {"keyed", "~x"}}, []string{"a%2Fb%20c%25%C3%BC", "%2Ehidden", "%7Ex"}},
		{"classes share a name", []named{{"keyed", "s"}, {"operator", "s"}, {"keyed", "t"}}, []string{"s~4ef84e43", "s~2c57d9af", "t"}},
		{"equal ignoring case", []named{{"keyed", "State"}, {"keyed", "state"}}, []string{"State~36ceeba4", "state~313214d5"}},
		{"too long", []named{{"keyed", long}}, []string{strings.Repeat("%C3%A9", 18) + "%C3~b7ec4f76"}},
		{"empty", []named{{"keyed", ""}}, []string{"~ec4c873e"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := fileNames(tc.in)
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			for _, name := range got {
				if len(name) > maxName {
					t.Errorf("%s has %d bytes", name, len(name))
				}
			}
		})
	}
}
