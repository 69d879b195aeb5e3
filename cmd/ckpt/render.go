package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
	"gopkg.in/yaml.v3"
)

// table is a report as rows of cells; it is what -o table and -o csv show.
type table struct {
	title  []string // lines above the table; not in CSV
	header []string
	rows   [][]any // string, integers, byteCount, bool, nil
	notes  []string
}

// byteCount is a cell that tables show in human units.
type byteCount int64

// render writes a report: the struct itself as JSON or YAML, its rows as a table or CSV.
// jsonl writes one line per element of list, or the report where list is nil.
func (app *App) render(report any, list []any, t func() table) error {
	switch app.output {
	case "json":
		enc := json.NewEncoder(app.Out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(report)
	case "jsonl":
		if list == nil {
			list = []any{report}
		}
		enc := json.NewEncoder(app.Out)
		enc.SetEscapeHTML(false)
		for _, v := range list {
			if err := enc.Encode(v); err != nil {
				return err
			}
		}
		return nil
	case "yaml":
		if app.rendered++; app.rendered > 1 {
			if _, err := fmt.Fprintln(app.Out, "---"); err != nil {
				return err
			}
		}
		return writeYAML(app.Out, report)
	case "csv":
		app.rendered++
		return app.writeCSV(t())
	}
	return app.writeTable(t())
}

// writeYAML goes through JSON, so that both have the same names and order of fields.
func writeYAML(w io.Writer, report any) error {
	b, err := json.Marshal(report)
	if err != nil {
		return err
	}
	var n yaml.Node
	if err := yaml.Unmarshal(printable(surrogatesAsText(b)), &n); err != nil { // JSON is YAML, and a node keeps the order
		return err
	}
	blockStyle(&n)
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(&n); err != nil {
		return err
	}
	return enc.Close()
}

// printable escapes the characters that JSON may have as they are and YAML may not.
func printable(js []byte) []byte {
	var out []byte
	for _, r := range string(js) {
		if r >= 0x7f && r <= 0x9f || r >= 0xfffe && r <= 0xffff || r == 0xfeff {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// surrogatesAsText escapes the escapes of surrogates, all of which stand alone: YAML has none, and shows the text \ud800.
func surrogatesAsText(js []byte) []byte {
	var out []byte
	start := 0
	for i := 0; i+3 < len(js); i++ {
		if js[i] != '\\' {
			continue
		}
		if js[i+1] == 'u' && js[i+2] == 'd' && js[i+3] >= '8' {
			out = append(append(out, js[start:i]...), '\\')
			start = i
		}
		i++ // what is escaped
	}
	return append(out, js[start:]...)
}

func blockStyle(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		blockStyle(c)
	}
}

func (app *App) writeCSV(t table) error {
	w := csv.NewWriter(app.Out)
	if app.rendered == 1 { // one header for the reports of several paths
		if err := w.Write(t.header); err != nil {
			return err
		}
	}
	for _, r := range t.rows {
		if err := w.Write(cells(r, true)); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func (app *App) writeTable(t table) error {
	for _, l := range t.title {
		if _, err := fmt.Fprintln(app.Out, l); err != nil {
			return err
		}
	}
	if len(t.rows) > 0 {
		if len(t.title) > 0 {
			fmt.Fprintln(app.Out)
		}
		var lines bytes.Buffer
		tab := tablewriter.NewTable(&lines,
			tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
				Borders:  tw.BorderNone,
				Settings: tw.Settings{Lines: tw.LinesNone, Separators: tw.SeparatorsNone},
			})),
			tablewriter.WithHeaderAlignment(tw.AlignLeft),
			tablewriter.WithRowAlignment(tw.AlignLeft),
			tablewriter.WithRowAutoWrap(tw.WrapNone),
			tablewriter.WithHeaderAutoFormat(tw.Off),
			tablewriter.WithPadding(tw.Padding{Left: "", Right: "  ", Overwrite: true}),
		)
		tab.Header(t.header)
		for _, r := range t.rows {
			if err := tab.Append(cells(r, app.bytes)); err != nil {
				return err
			}
		}
		if err := tab.Render(); err != nil {
			return err
		}
		for line := range strings.Lines(lines.String()) { // the last column is padded too
			if _, err := fmt.Fprintln(app.Out, strings.TrimRight(line, " \n")); err != nil {
				return err
			}
		}
	}
	for _, l := range t.notes {
		if _, err := fmt.Fprintln(app.Out, l); err != nil {
			return err
		}
	}
	return nil
}

func cells(row []any, plainBytes bool) []string {
	out := make([]string, len(row))
	for i, c := range row {
		switch v := c.(type) {
		case nil:
		case string:
			out[i] = v
		case byteCount:
			out[i] = sizeText(int64(v), plainBytes)
		default:
			out[i] = fmt.Sprint(v)
		}
	}
	return out
}
