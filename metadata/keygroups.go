package metadata

// KeyGroupRange is Count key groups from Start on. Count 0 is the empty range, whatever Start is.
//
//	range := start:i32 count:i32
type KeyGroupRange struct{ Start, Count int32 }

// Last returns the last key group of the range; Start-1 if it is empty.
func (r KeyGroupRange) Last() int32 { return r.Start + r.Count - 1 }

// Contains says whether key group g lies in the range.
func (r KeyGroupRange) Contains(g int32) bool { return g >= r.Start && g-r.Start < r.Count }

// Intersect returns the key groups that lie in both ranges; the zero range if there are none.
func (r KeyGroupRange) Intersect(o KeyGroupRange) KeyGroupRange {
	first, last := max(r.Start, o.Start), min(r.Last(), o.Last())
	if r.Count <= 0 || o.Count <= 0 || last < first {
		return KeyGroupRange{}
	}
	return KeyGroupRange{first, last - first + 1}
}

// KeyGroupOffsets says where each key group of a range begins in its stream: 0 in the full layout means no data,
// -1 in raw keyed state means never written.
//
//	keyGroups := range offset:i64{count}
type KeyGroupOffsets struct {
	Range   KeyGroupRange
	Offsets []int64 // Range.Count of them
}

// Intersect returns the offsets of the key groups that lie in r too; they share memory with k.
func (k KeyGroupOffsets) Intersect(r KeyGroupRange) KeyGroupOffsets {
	both := k.Range.Intersect(r)
	from := both.Start - k.Range.Start
	if both.Count == 0 {
		from = 0
	}
	return KeyGroupOffsets{Range: both, Offsets: k.Offsets[from : from+both.Count : from+both.Count]}
}

// keyRange reads a range; an empty one is legal but unusual.
func (d *decoder) keyRange() (r KeyGroupRange) {
	at := d.r.Pos()
	r.Start = d.i32("keyGroups.start")
	r.Count = d.i32("keyGroups.count")
	switch {
	case r.Count < 0:
		d.fail(at+4, "keyGroups.count", "%d key groups", r.Count)
	case r.Count > 0 && r.Start < 0:
		d.fail(at, "keyGroups.start", "first key group is %d", r.Start)
	case r.Count > 0 && r.Start > 1<<31-1-r.Count:
		d.fail(at, "keyGroups.start", "%d key groups from %d", r.Count, r.Start)
	case r.Count == 0:
		d.warn(at, "keyGroups", "no key groups")
	}
	return r
}

func (d *decoder) keyGroups() (k KeyGroupOffsets) {
	at := d.r.Pos()
	k.Range = d.keyRange()
	if int(k.Range.Count) > d.r.Len()/8 {
		d.fail(at+4, "keyGroups.count", "%d offsets cannot fit in the %d bytes left", k.Range.Count, d.r.Len())
	}
	if !d.bad() {
		k.Offsets = d.offsetList(int(k.Range.Count))
	}
	return k
}

// offsetList reads n offsets, which are known to fit.
func (d *decoder) offsetList(n int) []int64 {
	list := make([]int64, n)
	for i := range list {
		if list[i] = d.r.Int64(); d.o.Trace != nil {
			d.path.pushIndex("offsets", i)
			d.done(d.r.Pos()-8, "", func() any { return list[i] })
			d.path.pop()
		}
	}
	return list
}

// offsets reads a counted list of offsets.
func (d *decoder) offsets() []int64 {
	if n := d.count("offsets", 8); !d.bad() {
		return d.offsetList(n)
	}
	return nil
}

func (e *encoder) keyRange(r KeyGroupRange) {
	e.i32(r.Start)
	e.i32(r.Count)
}

func (e *encoder) keyGroups(k KeyGroupOffsets) {
	if int(k.Range.Count) != len(k.Offsets) {
		e.fail("offsets", "%d offsets for %d key groups", len(k.Offsets), k.Range.Count)
	}
	e.keyRange(k.Range)
	for _, o := range k.Offsets {
		e.i64(o)
	}
}

func (e *encoder) offsets(list []int64) {
	e.count(len(list))
	for _, o := range list {
		e.i64(o)
	}
}
