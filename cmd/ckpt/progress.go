package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress shows how far long work has come: one line on a terminal, nothing elsewhere.
type progress struct {
	w     io.Writer
	what  string
	start time.Time
	mu    sync.Mutex
	last  time.Time
	shown bool
}

// newProgress returns a progress line, or one that shows nothing where stderr is no terminal or the user wants none.
func (app *App) newProgress(what string) *progress {
	p := &progress{what: what, start: time.Now()}
	if f, ok := app.Err.(*os.File); ok && !app.quiet && !app.noProgress && term.IsTerminal(int(f.Fd())) {
		p.w = f
	}
	return p
}

// update shows done of total bytes and the number of entries so far; it may be called from many goroutines.
func (p *progress) update(done, total, entries int64) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.shown = now, true
	rate := float64(done) / now.Sub(p.start).Seconds()
	line := fmt.Sprintf("%s  %s", p.what, humanBytes(done))
	if total > 0 {
		line = fmt.Sprintf("%s  %3d %%  %s of %s", p.what, min(100, done*100/total), humanBytes(done), humanBytes(total))
		if left := time.Duration(float64(total-done) / rate * float64(time.Second)); rate > 0 && left > 0 {
			line += fmt.Sprintf("  %s left", left.Round(time.Second))
		}
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s  %d entries  %s/s", line, entries, humanBytes(int64(rate)))
}

// end removes the line.
func (p *progress) end() {
	if p.w != nil && p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
