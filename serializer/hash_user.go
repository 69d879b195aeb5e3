package serializer

import (
	"slices"
	"strings"
)

// HashRule is a way to compute hash codes that releases of Flink or users' classes have.
type HashRule struct {
	name string
	rows RowRule
	// user hashes values of classes with a hashCode of their own; the zero value: such hashes are unknown.
	user userRule
}

// String names the rule: "flink"; "row-1.12"; "objects(code,shard)", with the fields in the order that fits.
func (r *HashRule) String() string { return r.name }

// Hash returns the hash code of a value of p's type by the rule; known is false where the rule says nothing about it.
func (r *HashRule) Hash(p *Program, v Value) (hash int32, known bool) {
	h := hasher{rows: r.rows, user: r.user}
	hash = h.value(p.framed, v)
	return hash, !h.unknown
}

// userRule is a formula of generated hashCode methods over fields in some order.
type userRule struct {
	formula formula
	// order has the fields of classes with as many, by their place in the snapshot; other classes go alphabetically, or
	// backwards. A single field stands for itself.
	order    []int
	backward bool
	fields   int // of the class that order is for
}

// formula is what hashCode does with the codes of its fields.
type formula uint8

const (
	noFormula   formula = iota
	objectsHash         // Objects.hash, Arrays.hashCode, Guava, Eclipse: 1, then 31h + code
	recordHash          // records, Kotlin, written by hand: 0, then 31h + code
	lombokHash          // 1, then 59h + code; 43 for null, 79 and 97 for booleans
	apacheHash          // HashCodeBuilder: 17, then 37h + code; 0 and 1 for booleans
	primeHash           // Effective Java: 17, then 31h + code
	singleField         // the code of one field
)

var formulas = []struct {
	formula
	name string
}{{objectsHash, "objects"}, {recordHash, "record"}, {lombokHash, "lombok"}, {apacheHash, "apache"}, {primeHash, "prime"}}

// hash applies the rule to the fields of s.
func (u *userRule) hash(h *hasher, n *node, s Struct) int32 {
	if u.formula == noFormula || len(s.Values) != len(n.elems) || s.Type != n.t {
		return h.none()
	}
	custom := len(u.order) > 0 && len(n.elems) == u.fields
	if u.formula == singleField {
		if custom {
			return u.field(h, n, s, u.order[0])
		}
		return h.none()
	}
	code, factor := int32(1), int32(31)
	switch u.formula {
	case recordHash:
		code = 0
	case lombokHash:
		factor = 59
	case apacheHash:
		code, factor = 17, 37
	case primeHash:
		code = 17
	}
	for i := range n.elems {
		at := i
		switch {
		case custom:
			at = u.order[i]
		case u.backward:
			at = len(n.elems) - 1 - i
		}
		code = code*factor + u.field(h, n, s, at)
	}
	return code
}

// field is the code of a field, as the formula's libraries see nulls and booleans.
func (u *userRule) field(h *hasher, n *node, s Struct, i int) int32 {
	v := s.Values[i]
	truth, isBool := v.(bool)
	switch {
	case v == nil && u.formula == lombokHash:
		return 43
	case v == nil:
		return 0
	case isBool && u.formula == lombokHash && truth:
		return 79
	case isBool && u.formula == lombokHash:
		return 97
	case isBool && u.formula == apacheHash && truth:
		return 0
	case isBool && u.formula == apacheHash:
		return 1
	}
	return h.value(n.elems[i], v)
}

// maxPermuted is the number of fields up to which every order is tried.
const maxPermuted = 6

// userRules are the rules for classes like t, the likeliest first.
func userRules(t *Type) (rules []*HashRule) {
	n := len(t.Elems)
	names := func(order []int) string {
		fields := make([]string, len(order))
		for i, at := range order {
			fields[i] = t.Field(at)
		}
		return "(" + strings.Join(fields, ",") + ")"
	}
	forward := make([]int, n)
	for i := range forward {
		forward[i] = i
	}
	backward := slices.Clone(forward)
	slices.Reverse(backward)
	orders := [][]int{forward, backward}
	if n <= maxPermuted {
		permute(forward, func(p []int) {
			if !slices.Equal(p, forward) && !slices.Equal(p, backward) {
				orders = append(orders, slices.Clone(p))
			}
		})
	}
	for i, order := range orders {
		if i == 1 && n < 2 {
			break
		}
		for _, f := range formulas {
			rules = append(rules, &HashRule{name: f.name + names(order), user: userRule{f.formula, order, i == 1, n}})
		}
	}
	for i := range n {
		rules = append(rules, &HashRule{name: "field" + names([]int{i}), user: userRule{singleField, []int{i}, false, n}})
	}
	return rules
}

// permute calls f with every order of the numbers, which it gives back as they were.
func permute(order []int, f func([]int)) {
	work := slices.Clone(order)
	var at func(int)
	at = func(i int) {
		if i == len(work) {
			f(work)
			return
		}
		for j := i; j < len(work); j++ {
			work[i], work[j] = work[j], work[i]
			at(i + 1)
			work[i], work[j] = work[j], work[i]
		}
	}
	at(0)
}
