//go:build invariants

package rocksdb

import "bytes"

// lender lends copies of entries and overwrites them at the next step, so that a consumer that keeps a slice fails.
type lender struct{ out [][]byte }

func (l *lender) lend(e *Entry) {
	e.Key, e.Value = bytes.Clone(e.Key), bytes.Clone(e.Value)
	l.out = append(l.out, e.Key, e.Value)
	operands := make([][]byte, len(e.Operands))
	for i, op := range e.Operands {
		operands[i] = bytes.Clone(op)
		l.out = append(l.out, operands[i])
	}
	if len(operands) > 0 {
		e.Operands = operands
	}
}

func (l *lender) reclaim() {
	for _, b := range l.out {
		for i := range b {
			b[i] = 0xDB
		}
	}
	l.out = l.out[:0]
}
