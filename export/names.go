package export

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"ckpt/state"
	"ckpt/statereader"
)

// maxName is the length beyond which a name is cut and told apart by its hash.
const maxName = 120

// escapeName makes a file name of any text: bytes outside [A-Za-z0-9._-], and a leading dot, become %XX.
func escapeName(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// hashedName tells a name apart: ~ and 8 hex digits of SHA-256 over class and true name.
func hashedName(escaped, class, name string) string {
	sum := sha256.Sum256([]byte(class + "\x00" + name))
	if len(escaped) > maxName-9 {
		escaped = escaped[:maxName-9]
		if i := strings.LastIndexByte(escaped, '%'); i > len(escaped)-3 { // not in the middle of %XX
			escaped = escaped[:i]
		}
	}
	return escaped + "~" + hex.EncodeToString(sum[:4])
}

// named is a thing that needs a name of its own in its directory.
type named struct{ class, name string }

// fileNames gives each of all its file name: escaped, and with a hash where two are equal ignoring case, or too long.
func fileNames(all []named) []string {
	out := make([]string, len(all))
	count := map[string]int{}
	for i, n := range all {
		out[i] = escapeName(n.name)
		count[strings.ToLower(out[i])]++
	}
	for i, n := range all {
		if count[strings.ToLower(out[i])] > 1 || len(out[i]) > maxName || out[i] == "" {
			out[i] = hashedName(out[i], n.class, n.name)
		}
	}
	return out
}

// classNames are the classes of states as names are hashed and as people read them.
var classNames = map[state.Class]string{
	state.ClassKeyed: "keyed", state.ClassOperator: "operator", state.ClassBroadcast: "broadcast", state.ClassTimer: "timer",
}

// statePaths gives each state its directory <operator>/<state>. It looks at all states of the view, so that a selection
// does not change names.
func statePaths(v *statereader.View) map[*statereader.State]string {
	paths := map[*statereader.State]string{}
	var ops []named
	for _, op := range v.Operators() {
		ops = append(ops, named{class: op.Meta.ID.String(), name: OperatorName(op)})
	}
	opNames := fileNames(ops)
	for i, op := range v.Operators() {
		var states []named
		for _, s := range op.States() {
			states = append(states, named{class: classNames[s.Class], name: s.Name})
		}
		for j, name := range fileNames(states) {
			paths[op.States()[j]] = opNames[i] + "/" + name
		}
	}
	return paths
}
