package export

import (
	"encoding/binary"
	"math"
	"math/bits"

	"ckpt/serializer"
)

func putMilliOfDay(r *row, v *vector, n uint32) {
	if n >= secondsPerDay*1000 {
		r.inexact = true
		v.null()
		return
	}
	v.put32(n)
}

// putMoment appends timestamps, given in milliseconds and nanoseconds of the millisecond, in the unit of t's precision.
func putMoment(t *serializer.Type, v *vector) func(r *row, ms, nanos int64) {
	_, unit := tableUnit(t)
	perMilli := 1_000_000 / unit
	most := math.MaxInt64/perMilli - 1
	return func(r *row, ms, nanos int64) {
		if perMilli > 1 && (ms > most || ms < -most) || nanos%unit != 0 {
			r.inexact = true
			v.null()
			return
		}
		v.put64(uint64(ms*perMilli + nanos/unit))
	}
}

// wide is a number of 128 bits in two's complement.
type wide struct {
	high int64
	low  uint64
}

func widen(n int64) wide { return wide{n >> 63, uint64(n)} }

// bigEndian reads a two's complement number of 1 to 16 bytes.
func bigEndian(b []byte) wide {
	w := widen(int64(int8(b[0])))
	for _, c := range b[1:] {
		w.high = w.high<<8 | int64(w.low>>56)
		w.low = w.low<<8 | uint64(c)
	}
	return w
}

// magnitude is the absolute value.
func (w wide) magnitude() (high, low uint64) {
	if w.high >= 0 {
		return uint64(w.high), w.low
	}
	low, borrow := bits.Sub64(0, w.low, 0)
	high, _ = bits.Sub64(0, uint64(w.high), borrow)
	return high, low
}

// putUnscaled appends decimals of t's scale, if they have no more than its digits.
func putUnscaled(t *serializer.Type, v *vector) func(r *row, n wide) {
	var high, low uint64 = 0, 1 // 10 to the power of the precision
	for range t.Precision {
		carry, l := bits.Mul64(low, 10)
		high, low = high*10+carry, l
	}
	return func(r *row, n wide) {
		if h, l := n.magnitude(); h > high || h == high && l >= low {
			r.inexact = true
			v.null()
			return
		}
		v.data = binary.LittleEndian.AppendUint64(v.data, n.low)
		v.data = binary.LittleEndian.AppendUint64(v.data, uint64(n.high))
		v.mark()
	}
}
