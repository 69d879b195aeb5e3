package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/fixtures"
)

// TestGetFindsRows looks keys of every state of the committed fixtures up, as rows show them: the answer is all rows
// under that key, and no other.
func TestGetFindsRows(t *testing.T) {
	for _, f := range fixtures.Committed(t) {
		t.Run(f.Version+"/"+f.Name, func(t *testing.T) {
			t.Parallel()
			rows, err := f.Expected()
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range questions(t, rows) {
				q.ask(t, f)
			}
		})
	}
}

// question is a lookup and the rows that answer it.
type question struct {
	args   []string
	answer []fixtures.Row
}

// keysOfState is how many keys of each state are looked up: alone, and with namespace and map key.
const keysOfState = 2

func questions(t *testing.T, rows []fixtures.Row) (list []*question) {
	t.Helper()
	asked, known := map[string]int{}, map[string]*question{}
	for _, r := range rows {
		state, forms := lookups(t, r)
		for i, args := range forms {
			name, form := strings.Join(args, "\x00"), fmt.Sprint(state, i)
			q := known[name]
			if q == nil {
				q = &question{args: args}
				known[name] = q
				if asked[form]++; asked[form] <= keysOfState {
					list = append(list, q)
				}
			}
			q.answer = append(q.answer, r)
		}
	}
	return list
}

// lookups are the arguments that find a row: by its key and, where it has more to its name, by all of that.
func lookups(t *testing.T, r fixtures.Row) (state string, forms [][]string) {
	var c struct {
		Operator, State, Kind string
		Key, Namespace        json.RawMessage
		MapKey                json.RawMessage `json:"map_key"`
	}
	if err := json.Unmarshal([]byte(r.Text), &c); err != nil {
		t.Fatal(err)
	}
	args := []string{"--operator", c.Operator, "--state", c.State, "--kind", c.Kind}
	state = strings.Join(args, " ")
	if c.Key != nil {
		args = append(args, "--key", string(c.Key))
	}
	forms = append(forms, slices.Clone(args))
	if c.Namespace != nil {
		args = append(args, "--namespace", string(c.Namespace))
	}
	if c.MapKey != nil {
		args = append(args, "--map-key", string(c.MapKey))
	}
	if len(args) > len(forms[0]) {
		forms = append(forms, args)
	}
	return state, forms
}

func (q *question) ask(t *testing.T, f *fixtures.Fixture) {
	t.Helper()
	args := append([]string{"get", f.Path()}, q.args...)
	for _, uid := range f.UIDs() {
		args = append(args, "--uid", uid)
	}
	if m := f.Mapping(); m != "" {
		args = append(args, "--map", m)
	}
	if f.Manifest.Types != "" {
		args = append(args, "--types", filepath.Join(f.Dir, f.Manifest.Types))
	}
	r := ckpt(t, args...)
	blocked := r.code == exitUnsupported && len(f.Manifest.Opaque)+len(f.Manifest.Missing) > 0
	if r.code != exitDone && !blocked {
		t.Errorf("%.200q: exit %d: %s", q.args, r.code, r.err)
		return
	}
	got, err := fixtures.ReadRows(strings.NewReader(r.out))
	if err != nil {
		t.Fatal(err)
	}
	if c := fixtures.Compare(q.answer, got, func(fixtures.Row) bool { return blocked }); !c.Equal() {
		t.Errorf("%.200q: %v", q.args, c)
	}
}
