package inspect

import (
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
	Class  string
	Kryo   bool
	Avro   bool
	Reason string
	States []string
}

// UndescribedIn lists the classes in the states of a view that have no decoder, by name.
func UndescribedIn(view *statereader.View) []*Undescribed {
	known := map[string]*Undescribed{}
	add := func(where string, s *serializer.Serializer) {
		if s == nil {
			return
		}
		for _, t := range s.Type.AllOpaque() {
			if t.Class == "" || t.Kind == serializer.KindKryo && t.Reason == "" {
				continue
			}
			u := known[t.Class]
			if u == nil {
				u = &Undescribed{Class: t.Class, Kryo: t.Kind == serializer.KindKryo, Reason: t.Reason,
					Avro: t.Kind == serializer.KindAvroRecord || strings.HasPrefix(t.Reason, "Avro ")}
				known[t.Class] = u
			}
			if !slices.Contains(u.States, where) {
				u.States = append(u.States, where)
			}
		}
	}
	for _, op := range view.Operators() {
		for _, s := range op.States() {
			where := export.OperatorName(op) + "/" + s.Name
			add(where+" (key)", s.Key)
			for _, m := range s.Metas {
				add(where+" (namespace)", m.Namespace)
				add(where+" (map key)", m.UserKey)
				if m.Class() != state.ClassTimer {
					add(where, m.Value)
				}
			}
		}
	}
	var all []*Undescribed
	for _, u := range known {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b *Undescribed) int { return strings.Compare(a.Class, b.Class) })
	return all
}

// TypesTemplate is a file for --types with a place for each of the classes. All of it is a comment until it is filled in.
func TypesTemplate(all []*Undescribed) string {
	var b strings.Builder
	b.WriteString("# For --types: what no snapshot describes. Fill in, and remove the leading #.\n")
	if len(all) == 0 {
		b.WriteString("# Everything is described.\n")
	}
	section := func(name, head string, pick func(*Undescribed) bool, body func(*Undescribed)) {
		begun := false
		for _, u := range all {
			if !pick(u) {
				continue
			}
			if !begun {
				fmt.Fprintf(&b, "\n# %s\n#%s:\n", head, name)
				begun = true
			}
			fmt.Fprintf(&b, "#  # %s\n#  # in %s\n", u.Reason, strings.Join(u.States, ", "))
			body(u)
		}
	}
	section("serializers", "How a serializer's bytes lie: utf, or a type as inspect prints it, or fields, list, map, nullable.",
		func(u *Undescribed) bool { return !u.Kryo && !u.Avro },
		func(u *Undescribed) { fmt.Fprintf(&b, "#  %q:\n#    fields: {NAME: int, NAME: utf}\n", u.Class) })
	section("avro", "A schema, or a file with one.", func(u *Undescribed) bool { return u.Avro },
		func(u *Undescribed) { fmt.Fprintf(&b, "#  %q: FILE.avsc\n", u.Class) })
	section("kryo", "Fields that are neither static nor transient, those of superclasses too, with their declared types.",
		func(u *Undescribed) bool { return u.Kryo },
		func(u *Undescribed) {
			fmt.Fprintf(&b, "#  %q:\n#    fields: {NAME: long, NAME: java.lang.String}\n", u.Class)
		})
	return b.String()
}
