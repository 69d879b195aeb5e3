package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ckpt/export"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// Undescribed is a class that could not be decoded, and where it occurs.
type Undescribed struct {
	Class   string
	Kryo    bool
	Avro    bool
	Message bool // Kryo writes it as a Protobuf message
	Reason  string
	States  []string
}

// undescribed collects classes: those that are in values, and those that hide values, perhaps of other states.
type undescribed struct{ classes, hiding map[string]*Undescribed }

func (all *undescribed) add(u Undescribed, where string) { addTo(all.classes, u, where) }

func addTo(classes map[string]*Undescribed, u Undescribed, where string) {
	if u.Class == "" {
		return
	}
	known := classes[u.Class]
	if known == nil {
		known = &u
		classes[u.Class] = known
	}
	if !slices.Contains(known.States, where) {
		known.States = append(known.States, where)
	}
}

// types adds what the serializer says of itself.
func (all *undescribed) types(where string, s *serializer.Serializer) {
	if s == nil {
		return
	}
	for _, t := range s.Type.AllOpaque() {
		if t.Kind == serializer.KindKryo && t.Reason == "" {
			continue
		}
		all.add(Undescribed{Class: t.Class, Kryo: t.Kind == serializer.KindKryo, Reason: t.Reason,
			Avro: t.Kind == serializer.KindAvroRecord || strings.HasPrefix(t.Reason, "Avro ")}, where)
	}
}

// value adds what Kryo wrote into a value. An unknown class hides those behind it.
func (all *undescribed) value(where string, s *serializer.Serializer, b []byte) {
	if s == nil || b == nil || !s.Type.HasKryo() {
		return
	}
	v, err := s.Program.DecodeFramed(b)
	if err != nil {
		return
	}
	inside := false
	serializer.Walk(v, func(v serializer.Value) {
		if _, ok := v.(serializer.KryoObject); ok {
			inside = true
		}
		if o, ok := v.(serializer.Opaque); ok {
			all.opaque(where, o.Class, o.Reason, inside)
		}
	})
}

// opaque adds a class of the job's that Kryo wrote; others were told by their serializers.
func (all *undescribed) opaque(where, class, reason string, message bool) {
	if strings.ContainsRune(class, ' ') || reason == serializer.NotOfFlink { // an id without a class; a serializer
		return
	}
	all.add(Undescribed{Class: class, Kryo: true, Message: message, Reason: reason}, where)
}

// UndescribedIn lists the classes in the states of a view that have no decoder, by name. States with values that Kryo wrote
// are read for the classes in them.
func UndescribedIn(ctx context.Context, view *statereader.View) ([]*Undescribed, error) {
	known := undescribed{map[string]*Undescribed{}, map[string]*Undescribed{}}
	for _, op := range view.Operators() {
		for _, s := range op.States() {
			where := export.OperatorName(op) + "/" + s.Name
			known.types(where+" (key)", s.Key)
			kryo := s.Key != nil && s.Key.Type.HasKryo()
			for _, m := range s.Metas {
				known.types(where+" (namespace)", m.Namespace)
				known.types(where+" (map key)", m.UserKey)
				if m.Class() != state.ClassTimer {
					known.types(where, m.Value)
				}
				for _, part := range []*serializer.Serializer{m.Namespace, m.UserKey, m.Value} {
					kryo = kryo || part != nil && part.Type.HasKryo()
				}
			}
			if !kryo {
				continue
			}
			if err := known.scan(ctx, view, s, where); err != nil {
				return nil, err
			}
		}
	}
	for class, hidden := range known.hiding {
		if known.classes[class] == nil {
			known.classes[class] = hidden
		}
	}
	var all []*Undescribed
	for _, u := range known.classes {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b *Undescribed) int { return strings.Compare(a.Class, b.Class) })
	return all, nil
}

// hidesBecause stands before the reason for which a value hides others.
const hidesBecause = " cannot be decoded: "

// scan reads a state.
func (all *undescribed) scan(ctx context.Context, view *statereader.View, s *statereader.State, where string) error {
	for _, u := range view.Units(statereader.Selection{States: []*statereader.State{s}}) {
		sc := u.Scan(ctx)
		for e, err := range sc.All() {
			if err != nil {
				break // validate says what is wrong with it
			}
			m := e.Header.States[e.State]
			all.value(where+" (key)", e.Header.Key, e.Key)
			all.value(where+" (namespace)", m.Namespace, e.Namespace)
			all.value(where+" (map key)", m.UserKey, e.UserKey)
			all.value(where, m.Value, e.Value)
		}
		for _, m := range sc.Missing() {
			if m.Code == statereader.OpaqueBlocked {
				reason := m.Reason[strings.LastIndex(m.Reason, hidesBecause)+1:]
				addTo(all.hiding, Undescribed{Class: m.Class, Kryo: true, Reason: strings.TrimPrefix(reason, hidesBecause[1:])}, where)
			}
		}
	}
	return ctx.Err()
}

// TypesTemplate is a file for --types with a place for each of the classes. All of it is a comment until it is filled in.
func TypesTemplate(all []*Undescribed) string {
	var b strings.Builder
	b.WriteString("## For --types: what no snapshot describes. Fill in, and remove the leading #.\n")
	if len(all) == 0 {
		b.WriteString("## Everything is described.\n")
	}
	section := func(name, head string, pick func(*Undescribed) bool, body func(*Undescribed)) {
		begun := false
		for _, u := range all {
			if !pick(u) {
				continue
			}
			if !begun {
				fmt.Fprintf(&b, "\n## %s\n#%s:\n", head, name)
				begun = true
			}
			fmt.Fprintf(&b, "#  # %s\n#  # in %s\n", u.Reason, strings.Join(u.States, ", "))
			body(u)
		}
	}
	section("serializers", "How a serializer's bytes lie: utf, or a type as inspect prints it, or fields, list, map, nullable, protobuf, avro.",
		func(u *Undescribed) bool { return !u.Kryo && !u.Avro },
		func(u *Undescribed) { fmt.Fprintf(&b, "#  %q:\n#    fields: {NAME: int, NAME: utf}\n", u.Class) })
	section("avro", "A schema, or a file with one.", func(u *Undescribed) bool { return u.Avro },
		func(u *Undescribed) { fmt.Fprintf(&b, "#  %q: FILE.avsc\n", u.Class) })
	section("kryo", "Fields that are neither static nor transient, those of superclasses too, with their declared types; or protobuf, avro.",
		func(u *Undescribed) bool { return u.Kryo },
		func(u *Undescribed) {
			if u.Message {
				fmt.Fprintf(&b, "#  %q:\n#    protobuf: {file: FILE.desc, message: NAME}\n", u.Class)
				return
			}
			fmt.Fprintf(&b, "#  %q:\n#    fields: {NAME: long, NAME: java.lang.String}\n", u.Class)
		})
	return b.String()
}
