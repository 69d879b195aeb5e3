package main

import (
	"bufio"
	"encoding/json"

	"ckpt/export"
	"ckpt/state"
	"ckpt/statereader"
)

// rows writes entries of one state in the form that -o names: JSON lines, a JSON array, YAML or CSV. Nothing is written
// where there is no row.
type rows struct {
	app   *App
	state *statereader.State
	out   *bufio.Writer
	csv   *export.RowCSV
	list  []json.RawMessage // of YAML
	n     int
	line  []byte
}

func (app *App) newRows(s *statereader.State) *rows {
	return &rows{app: app, state: s, out: bufio.NewWriter(app.Out)}
}

func (r *rows) append(e *state.Entry) (err error) {
	if r.n++; r.app.output == "csv" {
		if r.n == 1 {
			if r.csv, err = export.NewRowCSV(r.out, r.state); err != nil {
				return err
			}
		}
		return r.csv.Append(e)
	}
	before, after := "", "\n"
	if r.app.output == "json" {
		before, after = ",\n ", ""
		if r.n == 1 {
			before = "[\n "
		}
	}
	if r.line, err = export.AppendRowJSON(append(r.line[:0], before...), r.state, e); err != nil {
		r.n--
		return err
	}
	if r.app.output == "yaml" {
		r.list = append(r.list, append(json.RawMessage{}, r.line...))
		return nil
	}
	_, err = r.out.Write(append(r.line, after...))
	return err
}

// end finishes what was written, also before an error is reported.
func (r *rows) end() error {
	switch {
	case r.n == 0:
	case r.app.output == "json":
		if _, err := r.out.WriteString("\n]\n"); err != nil {
			return err
		}
	case r.app.output == "yaml":
		if err := writeYAML(r.out, r.list); err != nil {
			return err
		}
	}
	return r.out.Flush()
}
