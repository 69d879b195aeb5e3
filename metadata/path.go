package metadata

import (
	"strconv"
	"strings"
)

// fieldPath is where a codec stands: "operator[2].subtask[0]". It is only spelled out when something is reported.
type fieldPath []pathStep

type pathStep struct {
	name  string
	index int // -1: no list
}

func (p *fieldPath) push(name string)             { *p = append(*p, pathStep{name, -1}) }
func (p *fieldPath) pushIndex(name string, i int) { *p = append(*p, pathStep{name, i}) }
func (p *fieldPath) pop()                         { *p = (*p)[:len(*p)-1] }

// join spells the path of a field; an empty field is the container itself.
func (p fieldPath) join(field string) string {
	var b strings.Builder
	for _, s := range p {
		if s.name == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
		if s.index >= 0 {
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.index))
			b.WriteByte(']')
		}
	}
	if field != "" && b.Len() > 0 {
		b.WriteByte('.')
	}
	b.WriteString(field)
	return b.String()
}
