package serializer

import (
	"math"
	"strings"
)

// tableParser reads SQL types, the way that Flink prints them: in summaries, in DDL and in compiled plans.
//
//	sql    = type ["NOT NULL"] ["*ROWTIME*" | "*PROCTIME*"]
//	type   = name | name"("number{","number}")" | "TIME"["("p")"]["WITHOUT TIME ZONE"] | "TIMESTAMP"["("p")"][zone]
//	       | "TIMESTAMP_LTZ"["("p")"] | "INTERVAL" field["("n")"]["TO" field["("n")"]]
//	       | ("ARRAY"|"MULTISET")"<"sql">" | "MAP<"sql","sql">" | "ROW<"columns">" | "STRUCTURED<'"class"'"{","column}">"
//	       | "RAW('"class"','"snapshot"')"
//	column = "`"name"`" sql ["'"description"'"]
//	zone   = "WITHOUT TIME ZONE" | "WITH LOCAL TIME ZONE"
func (p *expressionParser) table(depth int) *Type {
	if depth >= maxExpressionDepth {
		p.fail("fewer levels")
		return scalar(KindVoid)
	}
	t := p.tableType(depth)
	p.spaces()
	if p.keyword("NOT") {
		p.needKeyword("NULL")
		t.NotNull = true
	} else {
		p.keyword("NULL")
	}
	if t.Kind == KindTableTimestamp || t.Kind == KindTableInstant {
		p.timeAttribute(t)
	}
	return t
}

func (p *expressionParser) timeAttribute(t *Type) {
	p.spaces()
	if !p.next('*') {
		return
	}
	at := p.pos
	for p.pos < len(p.s) && p.s[p.pos] >= 'A' && p.s[p.pos] <= 'Z' {
		p.pos++
	}
	t.Logical = p.s[at:p.pos]
	p.expect('*')
}

// upper reads a word of capitals and underscores.
func (p *expressionParser) upper() string {
	at := p.pos
	for p.pos < len(p.s) && (p.s[p.pos] >= 'A' && p.s[p.pos] <= 'Z' || p.s[p.pos] == '_') {
		p.pos++
	}
	return p.s[at:p.pos]
}

// keyword consumes a word and the spaces in front of it if it is next.
func (p *expressionParser) keyword(word string) bool {
	at := p.pos
	p.spaces()
	if p.err == nil && p.upper() == word {
		return true
	}
	p.pos = at
	return false
}

func (p *expressionParser) needKeyword(words ...string) {
	for _, w := range words {
		if !p.keyword(w) {
			p.fail(w)
		}
	}
}

var tableKinds = func() map[string]Kind {
	m := map[string]Kind{"INTEGER": KindTableInt, "STRING": KindTableVarchar, "BYTES": KindTableVarbinary}
	for k, w := range tableWords {
		if w != "INTERVAL" {
			m[w] = k
		}
	}
	return m
}()

func (p *expressionParser) tableType(depth int) *Type {
	at := p.pos
	word := p.upper()
	switch word {
	case "ROW":
		return p.columns(&Type{Kind: KindTableRow}, depth)
	case "STRUCTURED":
		return p.columns(&Type{Kind: KindTableRow}, depth)
	case "RAW":
		return p.rawTable()
	case "INTERVAL":
		return p.interval()
	}
	k, ok := tableKinds[word]
	if !ok {
		p.pos = at
		p.fail("a SQL type")
		return scalar(KindVoid)
	}
	t := &Type{Kind: k}
	switch k {
	case KindTableArray, KindTableMap, KindTableMultiset:
		return p.tableElems(t, depth)
	case KindTableChar, KindTableBinary:
		t.Size = p.number(1, 1, math.MaxInt32)
	case KindTableVarchar, KindTableVarbinary:
		if t.Size = math.MaxInt32; strings.HasPrefix(word, "VAR") {
			t.Size = p.number(1, 1, math.MaxInt32)
		}
	case KindTableDecimal:
		p.decimal(t)
	case KindTableTime:
		if t.Precision = p.number(0, 0, 9); p.keyword("WITHOUT") {
			p.needKeyword("TIME", "ZONE")
		}
	case KindTableTimestamp:
		t.Precision = p.number(6, 0, 9)
		p.zone(t)
	case KindTableInstant:
		t.Precision = p.number(6, 0, 9)
	}
	return t
}

func (p *expressionParser) zone(t *Type) {
	switch {
	case p.keyword("WITHOUT"):
		p.needKeyword("TIME", "ZONE")
	case p.keyword("WITH"):
		p.needKeyword("LOCAL", "TIME", "ZONE")
		t.Kind = KindTableInstant
	}
}

// number reads a number in parentheses; without them it is other.
func (p *expressionParser) number(other, least, most int) int32 {
	if !p.next('(') {
		return int32(other)
	}
	n := p.digits(least, most)
	p.expect(')')
	return n
}

func (p *expressionParser) digits(least, most int) int32 {
	p.spaces()
	at, n := p.pos, 0
	for p.pos < len(p.s) && p.s[p.pos] >= '0' && p.s[p.pos] <= '9' && n <= math.MaxInt32 {
		n = n*10 + int(p.s[p.pos]-'0')
		p.pos++
	}
	if at == p.pos || n < least || n > most {
		p.pos = at
		p.fail("a number in its range")
		return int32(least)
	}
	return int32(n)
}

func (p *expressionParser) decimal(t *Type) {
	t.Precision = 10
	if !p.next('(') {
		return
	}
	t.Precision = p.digits(1, 38)
	if p.comma() {
		t.Scale = p.digits(0, int(t.Precision))
	}
	p.expect(')')
}

func (p *expressionParser) tableElems(t *Type, depth int) *Type {
	p.expect('<')
	t.Elems = []*Type{p.table(depth + 1)}
	switch t.Kind {
	case KindTableMap:
		p.expect(',')
		p.spaces()
		t.Elems = append(t.Elems, p.table(depth+1))
	case KindTableMultiset:
		t.Elems = append(t.Elems, &Type{Kind: KindTableInt, NotNull: true})
	}
	p.expect('>')
	return t
}

// columns reads the columns of a ROW, or of a structured type, whose class stands before them.
func (p *expressionParser) columns(t *Type, depth int) *Type {
	structured := strings.HasSuffix(p.s[:p.pos], "STRUCTURED")
	p.expect('<')
	if structured {
		if t.Class = p.text(); t.Class == "" {
			p.fail("a class")
		}
		if !p.comma() {
			p.expect('>')
			return t
		}
	} else if p.next('>') {
		return t
	}
	for more := true; more && p.err == nil; more = p.comma() {
		t.Fields = append(t.Fields, p.name())
		p.spaces()
		t.Elems = append(t.Elems, p.table(depth+1))
		p.spaces()
		if p.err == nil && p.pos < len(p.s) && p.s[p.pos] == '\'' {
			p.text() // a description
		}
	}
	p.expect('>')
	return t
}

// text reads a SQL string.
func (p *expressionParser) text() string {
	p.spaces()
	p.expect('\'')
	var b strings.Builder
	for p.err == nil {
		i := strings.IndexByte(p.s[p.pos:], '\'')
		if i < 0 {
			p.pos = len(p.s)
			p.fail("an apostrophe")
			break
		}
		b.WriteString(p.s[p.pos : p.pos+i])
		if p.pos += i + 1; !p.next('\'') {
			break
		}
		b.WriteByte('\'')
	}
	return b.String()
}

func (p *expressionParser) rawTable() *Type {
	p.expect('(')
	class := p.text()
	p.expect(',')
	p.text()
	p.expect(')')
	return raw(class, opaque(class, "given as RAW"))
}

// interval reads the fields of an INTERVAL.
func (p *expressionParser) interval() *Type {
	t := &Type{Kind: KindTableDuration}
	first := p.intervalField()
	if first == "YEAR" || first == "MONTH" || strings.HasPrefix(first, "YEAR(") {
		t.Kind = KindTableMonths
	}
	t.Logical = first
	if p.keyword("TO") {
		t.Logical += " TO " + p.intervalField()
	}
	return t
}

func (p *expressionParser) intervalField() string {
	p.spaces()
	at := p.pos
	switch field := p.upper(); field {
	case "YEAR", "DAY", "SECOND":
		if p.pos < len(p.s) && p.s[p.pos] == '(' {
			p.number(0, 0, 9)
		}
	case "MONTH", "HOUR", "MINUTE":
	default:
		p.pos = at
		p.fail("a field of an interval")
		return ""
	}
	return p.s[at:p.pos]
}
