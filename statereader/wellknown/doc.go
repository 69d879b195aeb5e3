// Package wellknown decodes state whose serializer says no more than "bytes": splits of sources, writer states and
// committables of sinks, and the offsets of the consumers before them.
//
// Such state does not name its connector. By the name of a state its possible formats are known; the first one is taken
// that consumes every element to its last byte and finds sane values there. Nothing is guessed for an element alone: a
// state that holds one element which does not fit stays bytes.
//
//	elements of list state   := bin(svs)
//	svs                      := version:i32 bin
//	svsList                  := version:i32 n:i32 bin{n}
//	coordinator of a source  := coordinatorVersion:i32 svs
//
// All of it is big-endian, but for what says otherwise. Everything here is safe for concurrent use.
package wellknown
