package archtest

import (
	"go/ast"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestImportsPointOneWay: a package imports only what lies below it.
func TestImportsPointOneWay(t *testing.T) {
	allowed := sideways.use(t)
	for _, p := range ours(t) {
		for _, imported := range p.Imports {
			if to := below(imported); to != imported && !pointsDown(p.name(), to) && !allowed.allows(p.name(), to) {
				t.Errorf("%s imports %s", p.name(), to)
			}
		}
	}
}

func pointsDown(from, to string) bool {
	f, t := folder(from), folder(to)
	if f == t {
		return true
	}
	return ranks[t] > 0 && ranks[t] < ranks[f]
}

func TestPointsDown(t *testing.T) {
	for _, tc := range []struct {
		from, to string
		want     bool
	}{
		{"cmd/ckpt", "inspect", true}, {"cmd/ckpt", "internal/javaio", true}, {"inspect", "statereader", true},
		{"statereader", "statewriter", false}, {"metadata", "serializer", false}, {"storage", "metadata", false},
		{"state", "statereader", false}, {"internal/javaio", "storage", false}, {"engine/runtime", "engine/checkpoint", true},
		{"export", "inspect", false}, {"inspect", "newfolder", false}, {"newfolder", "state", false},
	} {
		if got := pointsDown(tc.from, tc.to); got != tc.want {
			t.Errorf("%s -> %s: %t", tc.from, tc.to, got)
		}
	}
}

// TestFoldersHaveRanks: a new folder takes its place in the order.
func TestFoldersHaveRanks(t *testing.T) {
	for _, p := range ours(t) {
		if ranks[folder(p.name())] == 0 {
			t.Errorf("%s has no rank", p.name())
		}
	}
}

// TestPurePackages: codecs reach no file, clock or log, and storage not even through others.
func TestPurePackages(t *testing.T) {
	for _, p := range ours(t) {
		if !slices.Contains(pure, p.name()) {
			continue
		}
		for _, imported := range p.Imports {
			for _, bad := range impure {
				if imported == bad || strings.HasPrefix(imported, bad+"/") {
					t.Errorf("%s imports %s", p.name(), imported)
				}
			}
		}
		for _, dep := range p.Deps {
			if folder(below(dep)) == "storage" && below(dep) != dep {
				t.Errorf("%s depends on %s", p.name(), dep)
			}
		}
	}
}

// TestTestOnly: what is made for tests stays out of the program.
func TestTestOnly(t *testing.T) {
	for _, p := range ours(t) {
		for _, imported := range p.Imports {
			if name := below(imported); slices.Contains(testOnly, name) && !slices.Contains(testOnly, p.name()) {
				t.Errorf("%s imports %s outside its tests", p.name(), name)
			}
		}
	}
}

// TestLibraries: modules of others are used where it was decided, and none of them needs cgo.
func TestLibraries(t *testing.T) {
	used := map[string]bool{}
	for _, p := range ours(t) {
		if len(p.CgoFiles) > 0 {
			t.Errorf("%s uses cgo", p.name())
		}
		for _, imported := range p.Imports {
			if below(imported) != imported || !strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") {
				continue
			}
			i := slices.IndexFunc(libraries, func(l struct {
				path    string
				folders []string
			}) bool {
				return imported == l.path || strings.HasPrefix(imported, l.path+"/")
			})
			if i < 0 {
				t.Errorf("%s imports %s, which is not among the libraries", p.name(), imported)
				continue
			}
			used[libraries[i].path] = true
			if !slices.Contains(libraries[i].folders, folder(p.name())) {
				t.Errorf("%s imports %s", p.name(), imported)
			}
		}
	}
	for _, l := range libraries {
		if !used[l.path] {
			t.Logf("%s is not used", l.path)
		}
	}
}

// TestBannedCalls: see calls.
func TestBannedCalls(t *testing.T) {
	allowed := callExceptions.use(t)
	for _, s := range sources(t) {
		if s.test || slices.Contains(testOnly, s.pkg) {
			continue
		}
		uses := s.uses()
		for _, name := range slices.Sorted(maps.Keys(uses)) {
			if why := banned(folder(s.pkg), name); why != "" && !allowed.allows(s.name, name) {
				t.Errorf("%s:%v: %s: %s", s.name, uses[name], name, why)
			}
		}
	}
}

// banned says why a folder does not use a function; empty if it may.
func banned(folder, name string) string {
	for _, c := range calls {
		match := c.call == name
		if start, ok := strings.CutSuffix(c.call, "*"); ok {
			match = strings.HasPrefix(name, start)
		}
		if match && (slices.Contains(c.folders, folder) || slices.Contains(c.folders, "")) {
			return c.why
		}
	}
	return ""
}

func TestBanned(t *testing.T) {
	for _, tc := range []struct {
		folder, name string
		want         bool
	}{
		{"metadata", "time.Now", true}, {"metadata", "time.Unix", false}, {"cmd", "time.Now", false}, {"export", "fmt.Println", true},
		{"cmd", "fmt.Println", false}, {"export", "fmt.Sprintf", false}, {"serializer", "builtin.panic", true}, {"cmd", "builtin.panic", true},
		{"serializer", "math/rand/v2.IntN", true}, {"statereader", "os.Open", true}, {"storage", "os.Open", false}, {"storage", "os.Exit", true},
	} {
		if got := banned(tc.folder, tc.name) != ""; got != tc.want {
			t.Errorf("%s in %s: banned %t", tc.name, tc.folder, got)
		}
	}
}

// TestLengths: files and functions that a reader can hold in mind.
func TestLengths(t *testing.T) {
	allowed := longFunctions.use(t)
	for _, s := range sources(t) {
		if s.lines > maxFileLines {
			t.Errorf("%s has %d lines, more than %d", s.name, s.lines, maxFileLines)
		}
		for _, d := range s.ast.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1
			if lines > maxFunctionLines && !s.test && !allowed.allows(s.name, f.Name.Name) {
				t.Errorf("%s: %s has %d lines, more than %d", s.name, f.Name.Name, lines, maxFunctionLines)
			}
		}
	}
}

// TestNames: a file has one noun and is named after it.
func TestNames(t *testing.T) {
	for _, s := range sources(t) {
		file := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.name), ".go"), "_test")
		for _, name := range []string{file, path.Base(s.pkg)} {
			if slices.Contains(vagueNames, name) {
				t.Errorf("%s: %q says nothing", s.name, name)
			}
		}
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: func init; registries are values that are passed in", s.name)
			}
		}
	}
}

// TestPackageComments: every package says what it models.
func TestPackageComments(t *testing.T) {
	has := map[string]bool{}
	for _, s := range sources(t) {
		has[s.pkg] = has[s.pkg] || s.ast.Doc != nil
	}
	for pkg, ok := range has {
		if !ok {
			t.Errorf("%s has no package comment", pkg)
		}
	}
}
