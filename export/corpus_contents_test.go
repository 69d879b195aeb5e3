package export

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/testenv"
	"ckpt/statereader"
)

// TestCorpusContents compares the DataStream snapshots of Flink's migration tests, of Flink 1.2 to 2.2 and of every backend, with
// what their jobs put in. Processing-time timers are compared without their time, which is that of the run.
func TestCorpusContents(t *testing.T) {
	root := filepath.Join(testenv.Corpus(t), "flink-tests")
	dirs, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	compared := map[string]int{}
	for _, d := range dirs {
		family, _, found := strings.Cut(d.Name(), "-itcase-flink")
		want := migrationJobs[family]
		if !found || want == nil {
			continue
		}
		compared[family]++
		got := contentsOf(t, filepath.Join(root, d.Name()))
		for _, row := range slices.Sorted(maps.Keys(want)) {
			if got[row] != want[row] {
				t.Errorf("%s: %d times %s, want %d", d.Name(), got[row], row, want[row])
			}
		}
		for _, row := range slices.Sorted(maps.Keys(got)) {
			if want[row] == 0 {
				t.Errorf("%s: unexpected %s", d.Name(), row)
			}
		}
	}
	for family, n := range map[string]int{"new-stateful-udf-migration": 56, "new-stateful-broadcast-udf-migration": 54, "stateful-udf-migration": 4,
		"stateful-scala-udf-migration": 4, "stateful-scala-with-broadcast-udf-migration": 4} {
		if compared[family] < n {
			t.Errorf("%d snapshots of %s, want %d", compared[family], family, n)
		}
	}
}

// contents counts rows. Operators are left out where the job has several that store the same.
type contents map[string]int

func (c contents) add(format string, args ...any) { c[fmt.Sprintf(format, args...)]++ }

// migrationJobs is what the jobs of the migration tests store, by the beginning of a snapshot's name.
var migrationJobs = func() map[string]contents {
	udf, broadcast, old, scala, scalaBroadcast := contents{}, contents{}, contents{}, contents{}, contents{}
	for i, s := range []string{"Here be dragons!", "Here be more dragons!", "Here be yet more dragons!", "Here be the mostest dragons!"} {
		udf.add("source-state operator-list index=%d value=%q", i, s)
		udf.add("source-state operator-union index=%d value=%q", i, s)
		for range 2 {
			broadcast.add("source-state operator-list index=%d value=%q", i, s)
			broadcast.add("source-state operator-union index=%d value=%q", i, s)
		}
	}
	for i := range 4 {
		for n, c := range map[int]contents{2: udf, 3: old} {
			for range n {
				c.add(`state-name value key={"f0":%d} value=%d`, i, i)
			}
		}
		for n, c := range map[int]contents{2: udf, 1: old} {
			for range n {
				c.add(`state-name value key={"f0":%d} namespace=%d value=%d`, i, i, i)
				c.add(`_timer_state/event_timer timer key={"f0":%d} namespace=%d timestamp=-9223372036854775798`, i, i)
				c.add(`_timer_state/processing_timer timer key={"f0":%d} namespace=%d`, i, i)
			}
		}
		broadcast.add(`broadcast-state-1 broadcast map_key=%d value=%d`, i, i)
		broadcast.add(`broadcast-state-2 broadcast map_key="%d" value=%d`, i, i)
		broadcast.add(`broadcast-state-3 broadcast map_key=%d value="%d"`, i, i)
		scalaBroadcast.add(`broadcast-state-1 broadcast map_key=%d value=%d`, i, i)
		scalaBroadcast.add(`broadcast-state-2 broadcast map_key="%d" value="%d"`, i, i)
		for _, c := range []contents{scala, scalaBroadcast} {
			class := fmt.Sprintf(`{"_1":"%d","_2":%d}`, i, 2*i)
			c.add(`caseClassState value key=%d value=%s`, i, class)
			c.add(`caseClassWithNestingState value key=%d value={"_1":%d,"_2":%s}`, i, i, class)
			c.add(`collectionState value key=%d value=[%s]`, i, class)
			c.add(`eitherLeftState value key=%d value={"left":%s}`, i, class)
			c.add(`eitherRightState value key=%d value={"right":"%d"}`, i, 3*i)
			c.add(`enumOneState value key=%d value="THREE"`, i)
			c.add(`optionNoneState value key=%d value=null`, i)
			c.add(`optionState value key=%d value=%s`, i, class)
			c.add(`tryFailureState value key=%d value=java.lang.RuntimeException`, i)
			c.add(`tryState value key=%d value={"success":{"_1":"%d","_2":%d}}`, i, i, 5*i)
		}
	}
	scala.add(`sourceState operator-list index=0 value={"_1":"Here be dragons!","_2":123}`)
	for range 2 {
		scalaBroadcast.add(`sourceState operator-list index=0 value={"_1":"Here be dragons!","_2":123}`)
	}
	return map[string]contents{"new-stateful-udf-migration": udf, "new-stateful-broadcast-udf-migration": broadcast,
		"stateful-udf-migration": old, "stateful-scala-udf-migration": scala, "stateful-scala-with-broadcast-udf-migration": scalaBroadcast}
}()

func contentsOf(t *testing.T, dir string) contents {
	ctx := context.Background()
	v, err := statereader.OpenPath(ctx, dir, statereader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	got := contents{}
	for _, u := range v.Units(statereader.Selection{}) {
		sc := u.Scan(ctx)
		for e, err := range sc.All() {
			if err != nil {
				t.Fatal(err)
			}
			line, err := AppendRowJSON(nil, sc.StateOf(&e), &e)
			if err != nil {
				t.Fatal(err)
			}
			got[lineOf(t, line)]++
		}
		for _, m := range sc.Missing() {
			t.Errorf("%s: %s", dir, m.Text())
		}
	}
	return got
}

// lineOf renders what a job decides of a row: not the operator's id, the subtask, the key group.
func lineOf(t *testing.T, row []byte) string {
	var r map[string]json.RawMessage
	if err := json.Unmarshal(row, &r); err != nil {
		t.Fatal(err)
	}
	line := strings.Trim(string(r["state"]), `"`) + " " + strings.Trim(string(r["kind"]), `"`)
	if strings.Contains(line, "processing_timer") {
		delete(r, "timestamp")
	}
	for _, column := range []string{"key", "namespace", "map_key", "index", "timestamp", "value"} {
		value, ok := r[column]
		if !ok {
			continue
		}
		var failure struct {
			Failure struct {
				Class string `json:"$class"`
			} `json:"failure"`
		}
		if column == "value" && json.Unmarshal(value, &failure) == nil && failure.Failure.Class != "" {
			value = json.RawMessage(failure.Failure.Class) // with a stack trace of the run
		}
		line += " " + column + "=" + string(value)
	}
	return line
}
