// Package archtest holds the tests that keep the architecture: which package imports which, what codecs must not
// call, how long a file may be. Every exception stands here with its reason, and one that is no longer needed fails.
package archtest

// module is the name of the Go module.
const module = "ckpt"

// ranks orders the top folders: a package imports packages of lower rank and of its own folder only.
var ranks = map[string]int{
	"cmd": 6, "examples": 6,
	"inspect": 5, "migrate": 5, "export": 5, "engine": 5,
	"statereader": 4, "statewriter": 4,
	"state":      3,
	"serializer": 2, "metadata": 2, "storage": 2,
	"internal": 1,
}

// sideways are the imports that ranks forbid and that are wanted all the same.
var sideways = exceptions{
	{"inspect", "export", "rows and values of get and diff are printed exactly as export writes them"},
	{"internal/faultfs", "storage", "a storage.FS for tests; nothing but tests imports it"},
	{"internal/bigstate", "metadata", "writes snapshots for tests; nothing but tests imports it"},
	{"internal/bigstate", "serializer", "headers of those snapshots hold serializers"},
	{"internal/bigstate", "state", "and are written by state.Header"},
}

// testOnly are packages that only tests import.
var testOnly = []string{"internal/archtest", "internal/bigstate", "internal/faultfs", "internal/fixtures", "internal/golden", "internal/testenv", "storage/storagetest"}

// pure packages turn bytes into values and back: no I/O, no clock, no randomness, no log. They may not even reach
// storage through others.
var pure = []string{"metadata", "serializer", "state", "internal/javaio", "internal/javaobj", "internal/keygroup", "internal/fspath"}

// impure are the packages of the standard library that a pure package does not import.
var impure = []string{
	"os", "io/fs", "io/ioutil", "path/filepath", "syscall", "net", "log", "math/rand", "crypto/rand", "runtime/debug", "plugin", "context",
}

// libraries are the modules of others and the folders that may use them. A new one needs a decision record.
var libraries = []struct {
	path    string
	folders []string
}{
	{"github.com/spf13/cobra", []string{"cmd"}},
	{"github.com/spf13/pflag", []string{"cmd"}},
	{"github.com/olekukonko/tablewriter", []string{"cmd"}},
	{"golang.org/x/term", []string{"cmd"}},
	{"gopkg.in/yaml.v3", []string{"cmd"}},
	{"github.com/apache/arrow/go/v17", []string{"export"}},
	{"github.com/linkedin/goavro/v2", []string{"serializer"}},
	{"google.golang.org/protobuf", []string{"serializer"}},
	{"github.com/cespare/xxhash/v2", []string{"internal"}},
	{"github.com/zeebo/xxh3", []string{"internal"}},
	{"github.com/pierrec/lz4/v4", []string{"internal"}},
	{"github.com/klauspost/compress", []string{"internal", "statereader", "statewriter", "export"}},
	{"golang.org/x/sync", []string{"statereader", "statewriter", "inspect", "export", "migrate", "engine"}},
}

// calls are banned in the folders named ("" means all), outside tests.
var calls = []struct {
	call    string // package path and function; a trailing * matches any rest
	folders []string
	why     string
}{
	{"time.Now", notCommands, "a codec or transformation has no clock"},
	{"time.Since", notCommands, "a codec or transformation has no clock"},
	{"math/rand.*", notCommands, "a codec or transformation has no randomness"},
	{"math/rand/v2.*", notCommands, "a codec or transformation has no randomness"},
	{"fmt.Print*", everythingBut("cmd", "examples"), "only commands print"},
	{"builtin.print*", []string{""}, "nothing prints so"},
	{"log.*", everythingBut("cmd", "examples"), "errors are returned; only the top logs"},
	{"os.Exit", everythingBut("cmd", "examples"), "only a command ends the process"},
	{"os.*", []string{"statereader", "statewriter", "inspect", "migrate", "export"}, "files are reached through storage.FS"},
	{"builtin.panic", []string{""}, "bad input never panics; panic is for our own broken invariants"},
	{"builtin.recover", []string{""}, "recover stands only where a user's function runs"},
}

// notCommands are the folders whose results depend on their input alone.
var notCommands = []string{"metadata", "serializer", "state", "statereader", "statewriter", "migrate", "export", "inspect", "internal"}

// callExceptions allow a call in one file.
var callExceptions = exceptions{
	{"export/json.go", "builtin.panic", "a Go type outside the closed list of serializer.Value: a defect of a decoder, not of input"},
	{"serializer/kryo_fields.go", "builtin.panic", "the built-in table of classes contradicts itself: no input reaches it"},
	{"export/javajson.go", "builtin.panic", "a Go type outside the closed list of javaobj.Value: a defect of the parser, not of input"},
}

// The limits of house style. Files of tests count too.
const (
	maxFileLines     = 1000
	maxFunctionLines = 100
)

// longFunctions are those above the limit that are clearer in one piece.
var longFunctions = exceptions{}

// vagueNames say nothing about what a file or package holds.
var vagueNames = []string{"utils", "util", "helpers", "helper", "common", "types", "misc", "base"}

// exception allows something in one place.
type exception struct {
	where, what, reason string
}

type exceptions []exception
