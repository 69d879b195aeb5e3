package serializer

import (
	"fmt"
	"strings"
)

// ParseType reads a type expression. The result says what values are; where several kinds are written alike it is the
// one that Flink uses first: list is ListSerializer's.
//
//	type   = ["nullable "] plain
//	plain  = SQL | word | generic"<"type{","type}">" | "row<"fields">" | "pojo "class"{"fields"}"{"|"class"{"fields"}"}
//	       | "case "class"<"fields">" | "enum "class"("name{","name}")" | ("avro "|"kryo "|"java "|"value "|"opaque ")class
//	fields = name":"type{","name":"type}
//
// Names and classes that contain what the grammar uses stand in backquotes; lists may be empty.
func ParseType(s string) (*Type, error) {
	if len(s) > maxExpression {
		return nil, fmt.Errorf("type expression of %d bytes, more than %d", len(s), maxExpression)
	}
	p := expressionParser{s: s}
	t := p.typ(0)
	if p.err == nil && p.pos < len(s) {
		p.fail("end of the expression")
	}
	if p.err != nil {
		return nil, p.err
	}
	return t, nil
}

// expressionParser walks an expression; after its first failure every step does nothing.
type expressionParser struct {
	s   string
	pos int
	err error
}

func (p *expressionParser) fail(want string) {
	if p.err != nil {
		return
	}
	found := p.s[p.pos:]
	if len(found) > 20 {
		found = found[:20] + "…"
	}
	if found == "" {
		found = "its end"
	}
	p.err = fmt.Errorf("type expression: at %d: found %s, want %s", p.pos, found, want)
}

// next consumes c if it is next.
func (p *expressionParser) next(c byte) bool {
	if p.err != nil || p.pos >= len(p.s) || p.s[p.pos] != c {
		return false
	}
	p.pos++
	return true
}

func (p *expressionParser) expect(c byte) {
	if !p.next(c) {
		p.fail("'" + string(c) + "'")
	}
}

func (p *expressionParser) spaces() {
	for p.next(' ') {
	}
}

func (p *expressionParser) typ(depth int) *Type {
	if depth >= maxExpressionDepth {
		p.fail(fmt.Sprintf("at most %d levels", maxExpressionDepth))
		return scalar(KindVoid)
	}
	if strings.HasPrefix(p.s[p.pos:], "nullable ") {
		p.pos += len("nullable ")
		return &Type{Kind: KindNullable, Elems: []*Type{p.plain(depth)}}
	}
	return p.plain(depth)
}

// plain reads a type by its first word.
func (p *expressionParser) plain(depth int) *Type {
	at := p.pos
	word := p.word()
	if g, ok := genericKinds[word]; ok && p.next('<') {
		return p.generic(g, depth)
	}
	if k, ok := wordKinds[word]; ok {
		return scalar(k)
	}
	if word == "row" && p.next('<') {
		return p.fields(&Type{Kind: KindRow, Flag: true}, '>', depth)
	}
	if classWords[word] && p.next(' ') {
		return p.ofClass(word, depth)
	}
	p.pos = at
	if word == "" && at < len(p.s) && p.s[at] >= 'A' && p.s[at] <= 'Z' {
		return p.table(depth)
	}
	p.fail("a type")
	return scalar(KindVoid)
}

// wordKinds, genericKinds and classWords are the vocabulary.
var (
	wordKinds    = invert(words, KindStringArray, KindTimeWindow, KindGlobalWindow, KindCountWindow)
	genericKinds = map[string]genericKind{
		"list": {KindList, 1, 1}, "set": {KindSet, 1, 1}, "array": {KindArray, 1, 1}, "map": {KindMap, 2, 2},
		"option": {KindOption, 1, 1}, "either": {KindEither, 2, 2}, "tuple": {KindTuple, 0, 1 << 16},
	}
	classWords = map[string]bool{"pojo": true, "case": true, "enum": true, "avro": true, "kryo": true, "protobuf": true, "java": true, "value": true, "opaque": true}
)

type genericKind struct {
	kind     Kind
	min, max int // elements
}

// invert keys the kinds up to last, and the extra ones, by their word.
func invert(words map[Kind]string, last Kind, extra ...Kind) map[string]Kind {
	m := map[string]Kind{}
	for k := KindBoolean; k <= last; k++ {
		if w, ok := words[k]; ok && m[w] == KindInvalid {
			m[w] = k
		}
	}
	for _, k := range extra {
		m[words[k]] = k
	}
	return m
}

func (p *expressionParser) word() string {
	at := p.pos
	for p.pos < len(p.s) && (p.s[p.pos] >= 'a' && p.s[p.pos] <= 'z' || p.s[p.pos] == '-') {
		p.pos++
	}
	if p.pos > at && strings.HasPrefix(p.s[p.pos:], "[]") {
		p.pos += 2
	}
	return p.s[at:p.pos]
}

// generic reads what follows "word<".
func (p *expressionParser) generic(g genericKind, depth int) *Type {
	t := &Type{Kind: g.kind}
	if p.next('>') && g.min == 0 {
		return scalar(KindTuple0)
	}
	for more := true; more && p.err == nil && len(t.Elems) < g.max; more = p.comma() {
		t.Elems = append(t.Elems, p.typ(depth+1))
	}
	if len(t.Elems) < g.min {
		p.fail("another type")
	}
	p.expect('>')
	return t
}

func (p *expressionParser) comma() bool {
	if !p.next(',') {
		return false
	}
	p.spaces()
	return true
}

// fields reads names and types of t up to end.
func (p *expressionParser) fields(t *Type, end byte, depth int) *Type {
	if p.next(end) {
		return t
	}
	for more := true; more && p.err == nil; more = p.comma() {
		t.Fields = append(t.Fields, p.name())
		p.expect(':')
		p.spaces()
		t.Elems = append(t.Elems, p.typ(depth+1))
	}
	p.expect(end)
	return t
}

// ofClass reads what follows the words in front of a class.
func (p *expressionParser) ofClass(word string, depth int) *Type {
	class := p.class()
	switch word {
	case "pojo":
		return p.pojo(class, depth)
	case "case":
		p.expect('<')
		return p.fields(&Type{Kind: KindCaseClass, Class: class}, '>', depth)
	case "enum":
		return p.enum(class)
	case "avro":
		return &Type{Kind: KindAvroRecord, Class: class, Reason: "the schema is not part of a type expression"}
	case "protobuf":
		return &Type{Kind: KindProtobuf, Class: class, Reason: "the descriptor is not part of a type expression"}
	case "kryo":
		return &Type{Kind: KindKryo, Class: class, Reason: "serialized by Kryo"}
	case "java":
		return &Type{Kind: KindJava, Class: class}
	case "value":
		return namedValue(class)
	}
	return opaque(class, "given as opaque")
}

// namedValue is a class of Flink's that serializers without parameters write, or a user's.
func namedValue(class string) *Type {
	for _, t := range simpleTypes {
		if t.Class == class && class != "" && t.Kind != KindJava && t.Kind != KindStruct {
			return t
		}
	}
	return valueType(class)
}

func (p *expressionParser) pojo(class string, depth int) *Type {
	t := &Type{Kind: KindPojo, Class: class}
	p.expect('{')
	p.fields(t, '}', depth)
	for p.next('|') {
		sub := &Type{Kind: KindPojo, Class: p.class()}
		p.expect('{')
		p.fields(sub, '}', depth)
		t.Tagged = append(t.Tagged, Subclass{Class: sub.Class, Type: sub})
	}
	return t
}

func (p *expressionParser) enum(class string) *Type {
	t := &Type{Kind: KindEnum, Class: class}
	p.expect('(')
	if p.next(')') {
		return t
	}
	for more := true; more && p.err == nil; more = p.comma() {
		t.Symbols = append(t.Symbols, p.name())
	}
	p.expect(')')
	return t
}

func (p *expressionParser) name() string {
	at := p.pos
	if p.next('`') {
		return p.rest()
	}
	for p.pos < len(p.s) && nameByte(p.s[p.pos]) {
		p.pos++
	}
	if name := p.s[at:p.pos]; bareName(name) {
		return name
	}
	p.pos = at
	p.fail("a name")
	return ""
}

func (p *expressionParser) class() string {
	p.spaces()
	at := p.pos
	if p.next('`') {
		return p.rest()
	}
	for p.pos < len(p.s) && classByte(p.s[p.pos]) {
		p.pos++
	}
	if p.pos == at {
		p.fail("a class")
	}
	return p.s[at:p.pos]
}

// rest reads a name behind its first backquote.
func (p *expressionParser) rest() string {
	var b strings.Builder
	for p.err == nil {
		i := strings.IndexByte(p.s[p.pos:], '`')
		if i < 0 {
			p.pos = len(p.s)
			p.fail("a backquote")
			break
		}
		b.WriteString(p.s[p.pos : p.pos+i])
		p.pos += i + 1
		if !p.next('`') {
			break
		}
		b.WriteByte('`')
	}
	return b.String()
}
