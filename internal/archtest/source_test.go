package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// listed is what `go list` says about a package.
type listed struct {
	ImportPath string
	Dir        string
	Standard   bool
	Imports    []string
	Deps       []string
	CgoFiles   []string
	TestImports,
	XTestImports []string
	Module *struct{ Path string }
}

// own reports whether the package is ours.
func (p listed) own() bool {
	return p.ImportPath == module || strings.HasPrefix(p.ImportPath, module+"/")
}

// name is the import path below the module.
func (p listed) name() string { return below(p.ImportPath) }

func below(importPath string) string { return strings.TrimPrefix(importPath, module+"/") }

// folder is the first element of a package name.
func folder(name string) string {
	first, _, _ := strings.Cut(name, "/")
	return first
}

// packages lists our packages and all they depend on.
var packages = sync.OnceValues(func() ([]listed, error) {
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,Standard,Imports,Deps,CgoFiles,TestImports,XTestImports,Module", "./...")
	cmd.Dir = filepath.Join("..", "..")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, errors.Join(err, errors.New(stderr.String()))
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		all = append(all, p)
	}
})

// ours returns our packages.
func ours(t *testing.T) []listed {
	t.Helper()
	all, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(slices.Clone(all), func(p listed) bool { return !p.own() })
}

// source is one Go file, whatever its build tags.
type source struct {
	pkg   string // below the module
	name  string // pkg/file.go
	test  bool
	lines int
	fset  *token.FileSet
	ast   *ast.File
}

// sources parses every Go file of our packages.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	for _, p := range ours(t) {
		files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := source{pkg: p.name(), name: p.name() + "/" + filepath.Base(file), test: strings.HasSuffix(file, "_test.go"), fset: token.NewFileSet()}
			s.lines = bytes.Count(text, []byte("\n"))
			if s.ast, err = parser.ParseFile(s.fset, file, text, parser.ParseComments); err != nil {
				t.Fatal(err)
			}
			out = append(out, s)
		}
	}
	if len(out) < 10 {
		t.Fatalf("only %d files found", len(out))
	}
	return out
}

// imports maps the names by which a file knows its imports to their paths.
func (s source) imports() map[string]string {
	names := map[string]string{}
	for _, spec := range s.ast.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndexByte(path, '/')+1:]
		if name == "v2" {
			name = strings.TrimSuffix(path, "/v2")
			name = name[strings.LastIndexByte(name, '/')+1:]
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}

// uses yields the functions, of imported packages and built in, that a file mentions, with their lines.
func (s source) uses() map[string][]int {
	names, uses := s.imports(), map[string][]int{}
	add := func(name string, n ast.Node) {
		uses[name] = append(uses[name], s.fset.Position(n.Pos()).Line)
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && names[x.Name] != "" {
				add(names[x.Name]+"."+n.Sel.Name, n)
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && slices.Contains([]string{"panic", "recover", "print", "println"}, f.Name) {
				add("builtin."+f.Name, n)
			}
		}
		return true
	})
	return uses
}

// everythingBut returns the folders of ranks without some.
func everythingBut(names ...string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(ranks)) {
		if !slices.Contains(names, name) {
			out = append(out, name)
		}
	}
	return out
}

// use tells whether an exception allows something, and remembers that it was needed.
type use struct {
	list exceptions
	used map[exception]bool
}

func (l exceptions) use(t *testing.T) *use {
	u := &use{l, map[exception]bool{}}
	t.Cleanup(func() {
		for _, e := range l {
			if !u.used[e] {
				t.Errorf("the exception for %s in %s is not needed any more", e.what, e.where)
			}
			if len(e.reason) < 10 {
				t.Errorf("the exception for %s in %s has no reason", e.what, e.where)
			}
		}
	})
	return u
}

func (u *use) allows(where, what string) bool {
	for _, e := range u.list {
		if e.where == where && e.what == what {
			u.used[e] = true
			return true
		}
	}
	return false
}
