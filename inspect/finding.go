package inspect

// Severity of a finding.
type Severity string

const (
	Error   Severity = "error"   // a restore would fail or be wrong
	Warning Severity = "warning" // a restore works, but something is not as Flink writes it
	Info    Severity = "info"
)

// Finding is one thing that Validate found. Codes are stable and listed in docs/validate.md.
type Finding struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	File     string   `json:"file"`
	Offset   int64    `json:"offset"` // -1: none
	Field    string   `json:"field,omitempty"`
	Operator string   `json:"operator"`
	State    string   `json:"state"`
	Message  string   `json:"message"`
	Fix      string   `json:"fix"`
}

// Validation is the answer of Validate.
type Validation struct {
	Path     string    `json:"path"` // as the user named it
	OK       bool      `json:"ok"`
	Level    string    `json:"level"`
	Findings []Finding `json:"findings"`
	Checked  Checked   `json:"checked"`
	// KeyHashes are the rules found for keys that hold rows or classes of users; level deep.
	KeyHashes []KeyHash `json:"keyHashes,omitempty"`
	// Restore says what Flink would do with each state; only where ValidateOptions ask about a restore.
	Restore *Restore `json:"restore,omitempty"`
}

// Checked says how much was looked at.
type Checked struct {
	Files   int   `json:"files"`
	Bytes   int64 `json:"bytes"`
	Entries int64 `json:"entries"`
}

// Count returns the number of findings of a severity.
func (v *Validation) Count(s Severity) (n int) {
	for _, f := range v.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}
