package export

import (
	"strconv"

	"ckpt/state"
	"ckpt/statereader"
)

// AppendNamesJSON appends what names an entry among those of its state, as one JSON object: key, namespace, map key, position
// in a keyed list, timestamp. It does not depend on the layout of the file, on key groups, and on who wrote the entry. Elements
// of operator lists have no names: they are dealt out anew whenever a job starts.
func AppendNamesJSON(dst []byte, s *statereader.State, e *state.Entry) ([]byte, error) {
	var j rowJSON
	set := presence(s)
	at := len(dst)
	dst = j.names(dst, set, e)
	if set.index && set.keyed {
		dst = strconv.AppendInt(append(dst, `,"index":`...), e.Index, 10)
	}
	if set.timestamp {
		dst = strconv.AppendInt(append(dst, `,"timestamp":`...), e.Time, 10)
	}
	if len(dst) == at {
		return append(dst, "{}"...), j.err
	}
	dst[at] = '{' // instead of the first comma
	return append(dst, '}'), j.err
}

// AppendValueJSON appends the value of an entry as JSON, with the last access if that is asked for; null for timers.
func AppendValueJSON(dst []byte, s *statereader.State, e *state.Entry, lastAccess bool) ([]byte, error) {
	var j rowJSON
	set := presence(s)
	if set.timestamp {
		return append(dst, "null"...), nil
	}
	at := len(dst)
	dst = j.value(dst, set, e)
	if lastAccess && e.Flags&state.HasTTL != 0 {
		dst = strconv.AppendInt(append(dst, `,"last_access":`...), e.Time, 10)
		dst[at] = '{'
		return append(dst, '}'), j.err
	}
	const name = `,"value":`
	return append(dst[:at], dst[at+len(name):]...), j.err
}
