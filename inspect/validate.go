package inspect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"ckpt/internal/javaio"
	"ckpt/internal/keygroup"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// ValidateOptions: the zero value validates at level files.
type ValidateOptions struct {
	Reader statereader.Options
	// Level: metadata (the file itself), files (every file is there with its size, every header reads), deep (every
	// entry decoded to its last byte and in its key group, as far as the backend is read).
	Level string
	// Shard restricts what is decoded at level deep to a part of the units.
	Shard statereader.Shard
	// Progress is told how far a deep validation has come; may be nil. It is called from several goroutines.
	Progress func(done, total, entries int64)
	// Against names another snapshot, whose serializers are those of the job that is to restore this one.
	Against string
	// Job is what else is known about that job. With it or Against, Validate says what a restore would do.
	Job Job
}

// restores says whether a restore is asked about.
func (o *ValidateOptions) restores() bool {
	return o.Against != "" || o.Job.Operators != nil || o.Job.Flink != (serializer.Version{})
}

// Validate says what is wrong with the checkpoint at path. Defects of the checkpoint are findings; an error is returned
// where nothing could be said: no such path, no permission, cancelled.
func Validate(ctx context.Context, path string, o ValidateOptions) (*Validation, error) {
	if o.Level == "" {
		o.Level = "files"
	}
	val := &validator{v: &Validation{Path: path, Level: o.Level, Findings: []Finding{}}}
	if err := val.open(ctx, path, o.Reader); err != nil || val.source == nil {
		return val.v, err
	}
	val.v.Checked = Checked{Files: 1, Bytes: val.size}
	val.metadata()
	if o.Level == "metadata" && o.restores() {
		return nil, errors.New("level metadata reads no serializers: a restore is judged at level files or deep")
	}
	if o.Level != "metadata" {
		if err := val.files(ctx); err != nil {
			return nil, err
		}
		if err := val.states(ctx, o); err != nil {
			return nil, err
		}
	}
	val.v.OK = val.v.Count(Error) == 0
	return val.v, nil
}

// validator collects findings.
type validator struct {
	*source
	v  *Validation
	mu sync.Mutex
	// failed are files that have a finding of severity error, by every name they may have: the size of one that is too
	// short, -1 for one that cannot be read at all.
	failed map[string]int64
}

// told says that a finding of a reader repeats what is known of its file: the file is not there, or ends before.
func (val *validator) told(f Finding) bool {
	size, ok := val.failed[f.File]
	return ok && (size < 0 || f.Offset >= size)
}

func (val *validator) add(f Finding) {
	val.mu.Lock()
	defer val.mu.Unlock()
	if f.File == "" && val.source != nil {
		f.File = val.file
	}
	val.v.Findings = append(val.v.Findings, f)
}

// open reads `_metadata`. Where it is damaged in a way that leaves the rest readable, that is a finding, and source is set
// all the same; where nothing can be read, source stays nil.
func (val *validator) open(ctx context.Context, path string, o statereader.Options) error {
	loc, err := statereader.Locate(ctx, path, o)
	if err != nil {
		return err
	}
	cp, strict := loc.Metadata(ctx)
	if strict == nil {
		val.source = newSource(path, loc, cp)
		return nil
	}
	cp, err = loc.MetadataWith(ctx, metadata.DecodeOptions{Lenient: true})
	if err == nil && cp != nil {
		val.source = newSource(path, loc, cp)
	}
	if fe, ok := errors.AsType[*javaio.FormatError](strict); ok && err == nil && cp.Trailing > 0 && fe.Offset == loc.Size-int64(cp.Trailing) {
		return nil // Flink does not look there: metadata reports it
	}
	if !val.unreadable(strict) {
		return strict
	}
	return nil
}

// unreadable turns a defect of `_metadata` into a finding; false where err is no defect of the file.
func (val *validator) unreadable(err error) bool {
	code, fix := "", ""
	switch {
	case errors.Is(err, javaio.ErrCorrupt):
		code, fix = "METADATA_CORRUPT", "take another snapshot: ckpt ls --restorable DIR names the newest sound one"
	case errors.Is(err, javaio.ErrUnsupported):
		code, fix = "METADATA_UNSUPPORTED", "ckpt inspect says which version it is; a newer ckpt may read it"
	default:
		return false
	}
	f := Finding{Code: code, Severity: Error, Offset: -1, Message: err.Error(), Fix: fix}
	if fe, ok := errors.AsType[*javaio.FormatError](err); ok {
		f.File, f.Offset, f.Field, f.Message = fe.File, fe.Offset, fe.Field, fe.Err.Error()
	}
	val.add(f)
	return true
}

// metadata checks what `_metadata` alone shows.
func (val *validator) metadata() {
	cp := val.checkpoint
	if cp.Trailing > 0 {
		val.add(Finding{Code: "TRAILING_BYTES", Severity: Warning, Offset: val.size - int64(cp.Trailing),
			Message: fmt.Sprintf("%d bytes after the end that no known Flink writes and every Flink ignores", cp.Trailing),
			Fix:     "compare the file with its source; a copy may have been concatenated"})
	}
	if p := cp.Properties; p != nil && p.Err != nil {
		val.add(Finding{Code: "PROPERTIES_UNREADABLE", Severity: Error, Offset: -1, Message: p.Err.Error(),
			Fix: "Flink refuses to restore this file; take another snapshot"})
	}
	for _, w := range cp.Warnings {
		if w.Offset == val.size-int64(cp.Trailing) {
			continue
		}
		val.add(Finding{Code: "METADATA_UNUSUAL", Severity: Warning, Offset: w.Offset, Field: w.Field, Message: w.Message,
			Fix: "Flink reads it, but no Flink writes it: find out which tool made the file"})
	}
	for _, op := range cp.Operators {
		val.operator(op)
	}
}

func (val *validator) operator(op *metadata.Operator) {
	id := op.ID.String()
	if op.UID != "" && metadata.OperatorIDFromUID(op.UID) != op.ID {
		val.add(Finding{Code: "UID_MISMATCH", Severity: Warning, Offset: -1, Operator: id,
			Message: fmt.Sprintf("recorded uid %q does not hash to the operator id", op.UID),
			Fix:     "restore by uid will not find this state; the id may come from setUidHash"})
	}
	if op.MaxParallelism < 1 || op.MaxParallelism > 32768 {
		val.add(Finding{Code: "MAX_PARALLELISM_RANGE", Severity: Error, Offset: -1, Operator: id,
			Message: fmt.Sprintf("max parallelism %d is outside 1 to 32768", op.MaxParallelism), Fix: "take another snapshot"})
		return
	}
	for _, st := range op.Subtasks {
		if st.Finished || st.ManagedKeyed == nil || op.Parallelism < 1 {
			continue
		}
		first, last := keygroup.Range(st.Index, op.Parallelism, op.MaxParallelism)
		if r := st.ManagedKeyed.KeyGroupRange(); r.Count > 0 && (r.Start != first || r.Start+r.Count-1 != last) {
			val.add(Finding{Code: "KEY_GROUP_RANGE", Severity: Error, Offset: -1, Operator: id,
				Field: fmt.Sprintf("subtask[%d]", st.Index),
				Message: fmt.Sprintf("key groups %d-%d, but subtask %d of %d at max parallelism %d has %d-%d", r.Start, r.Start+r.Count-1,
					st.Index, op.Parallelism, op.MaxParallelism, first, last),
				Fix: "the max parallelism or the parallelism of this file is not what the job ran with"})
		}
	}
}

// files checks that every file is there with its recorded size.
func (val *validator) files(ctx context.Context) error {
	all := slices.Collect(val.source.files())
	found := make([][]Finding, len(all))
	sizes := make([]int64, len(all))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(64)
	for i, f := range all {
		g.Go(func() error {
			sizes[i], found[i] = val.checkFile(ctx, f)
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	val.failed = map[string]int64{}
	for i, f := range all {
		for _, finding := range found[i] {
			val.add(finding)
			if finding.Severity == Error {
				for _, name := range append(f.candidates, f.ref.Path, finding.File) {
					val.failed[name] = sizes[i]
				}
			}
		}
		if sizes[i] >= 0 {
			val.v.Checked.Files++
			val.v.Checked.Bytes += sizes[i]
		}
	}
	return nil
}

// checkFile compares one file with what is recorded; it returns its true size, -1 if it is not there.
func (val *validator) checkFile(ctx context.Context, f *file) (int64, []Finding) {
	base := Finding{Offset: -1, File: f.ref.Path, Operator: f.ref.Operator.String(), Field: f.ref.Field}
	if f.err != nil {
		base.Code, base.Severity, base.Message = "PATH_REFUSED", Error, f.err.Error()
		base.Fix = "Flink never writes such a path; do not restore from this file"
		return -1, []Finding{base}
	}
	size, at, err := val.stat(ctx, f)
	if err != nil {
		base.Severity, base.Message = Error, err.Error()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			base.Code, base.Message = "FILE_MISSING", fmt.Sprintf("%d bytes recorded, but there is no such file", f.size)
			base.Fix = "if the files were moved, name both places: --map OLD=NEW; else take another snapshot"
		case errors.Is(err, fs.ErrPermission):
			base.Code, base.Fix = "FILE_REFUSED", "give read access, or --map OLD=NEW if the file belongs elsewhere"
		default:
			base.Code, base.Fix = "FILE_UNREADABLE", "try again; then look at the file system"
			if fe, ok := errors.AsType[*javaio.FormatError](err); ok && fe.Fix != "" {
				base.Fix = fe.Fix
			}
		}
		return -1, []Finding{base}
	}
	base.File = at
	switch {
	case f.size < 0 || !f.exact && size >= f.size || size == f.size:
		return size, nil
	case size < f.size:
		base.Code, base.Severity, base.Offset = "FILE_TRUNCATED", Error, size
		base.Message = fmt.Sprintf("%d bytes, %d recorded", size, f.size)
		base.Fix = "copy the file again from its source, or take another snapshot"
	default:
		base.Code, base.Severity, base.Offset = "FILE_LONGER", Warning, f.size
		base.Message = fmt.Sprintf("%d bytes, %d recorded; Flink reads only what is recorded", size, f.size)
		base.Fix = "compare the file with its source"
	}
	return size, []Finding{base}
}

// stat finds a file among the places where it may lie.
func (s *source) stat(ctx context.Context, f *file) (size int64, at string, err error) {
	var refused error
	for _, c := range f.candidates {
		info, e := s.fs.Stat(ctx, c)
		if e == nil && !info.IsDir {
			return info.Size, c, nil
		}
		if e != nil && !errors.Is(e, fs.ErrNotExist) && refused == nil {
			refused = e
		}
	}
	if refused != nil {
		return 0, "", refused
	}
	return 0, "", fs.ErrNotExist
}

// states checks that the header of every state file reads and, at level deep, every entry behind it.
func (val *validator) states(ctx context.Context, o ValidateOptions) error {
	if val.v.Count(Error) > 0 && o.Level != "deep" && !o.restores() {
		return nil // a missing file would be reported twice
	}
	view, err := statereader.Open(ctx, val.fs, val.checkpoint, val.layout, o.Reader)
	if err != nil {
		return err
	}
	defer view.Close()
	for _, p := range view.Problems() {
		val.defect("HEADER_UNREADABLE", p, "", "", "ckpt inspect shows what can still be read")
	}
	if o.restores() {
		if err := val.restore(ctx, view, o); err != nil {
			return err
		}
	}
	if o.Level != "deep" {
		return nil
	}
	return val.entries(ctx, view, o)
}

// defect adds an error finding about a file.
func (val *validator) defect(code string, err error, operator, stateName, fix string) {
	f := Finding{Code: code, Severity: Error, Offset: -1, Operator: operator, State: stateName, Message: err.Error(), Fix: fix}
	if fe, ok := errors.AsType[*javaio.FormatError](err); ok {
		f.File, f.Offset, f.Field, f.Message = fe.File, fe.Offset, fe.Field, fe.Err.Error()
		if fe.Fix != "" {
			f.Fix = fe.Fix
		}
		if errors.Is(err, javaio.ErrMissing) || errors.Is(err, fs.ErrNotExist) {
			if f.Code = "FILE_MISSING"; fe.Offset >= 0 { // where the file ends
				f.Code = "FILE_TRUNCATED"
			}
		}
	}
	if !val.told(f) {
		val.add(f)
	}
}

// entries walks every entry of every unit.
func (val *validator) entries(ctx context.Context, view *statereader.View, o ValidateOptions) error {
	sel := statereader.Selection{AllCopies: true}
	all := view.Units(sel)
	cut := view.Cut(sel, o.Shard)
	units := cut.Units(all)
	var total, done, entries int64
	for _, u := range units {
		total += u.Bytes
	}
	var mu sync.Mutex
	report := func(u *statereader.Unit, n int64, end bool) {
		mu.Lock()
		defer mu.Unlock()
		if entries += n; end {
			done += u.Bytes
		}
		if o.Progress != nil {
			o.Progress(done, total, entries)
		}
	}
	hashes, broadcast := newKeyHashes(), &copies{maps: map[*statereader.State][]broadcastCopy{}}
	results := make([][]Finding, len(units)) // by unit, so that the order of findings does not depend on timing
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, o.Reader.Parallelism))
	for i, u := range units {
		g.Go(func() error {
			results[i] = walkUnit(gctx, u, hashes, broadcast, func(n int64, end bool) { report(u, n, end) })
			return gctx.Err()
		})
	}
	for _, u := range all {
		if o.Shard.Of > 0 && o.Shard.Index == 0 && cut.Part(u) == nil && hasBroadcast(u) { // one shard compares all copies
			g.Go(func() error {
				walkUnit(gctx, u, newKeyHashes(), broadcast, func(int64, bool) {})
				return gctx.Err()
			})
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	val.v.Checked.Entries = entries
	for _, r := range results {
		for _, f := range r {
			if !val.told(f) {
				val.add(f)
			}
		}
	}
	if o.Shard.Index == 0 {
		for _, f := range broadcast.findings(view) {
			val.add(f)
		}
	}
	val.keyHashes(view, hashes)
	return nil
}

func hasBroadcast(u *statereader.Unit) bool {
	return slices.ContainsFunc(u.States, func(s *statereader.State) bool { return s.Class == state.ClassBroadcast })
}

// misplacedShown bounds the misplaced keys that one unit reports one by one.
const misplacedShown = 3

// walkUnit decodes every entry of a unit and checks each key's group.
func walkUnit(ctx context.Context, u *statereader.Unit, hashes *keyHashes, broadcast *copies, count func(n int64, end bool)) (found []Finding) {
	val := &validator{v: &Validation{}}
	id := u.Operator.Meta.ID.String()
	sc := u.Scan(ctx)
	unit := newUnitHashes(u, false)
	defer func() { hashes.merge(unit) }()
	maps, whole := unitCopies{}, true
	var n, misplaced int64
	for e, err := range sc.All() {
		if err != nil {
			if ctx.Err() == nil {
				val.defect("STATE_CORRUPT", err, id, "", "copy the file again from its source, or take another snapshot")
			}
			whole = false
			break
		}
		if n++; n%8192 == 0 {
			count(8192, false)
		}
		unit.add(&e)
		maps.add(sc.StateOf(&e), &e)
		if msg := checkEntry(u, &e); msg != "" {
			if misplaced++; misplaced <= misplacedShown {
				val.add(Finding{Code: "KEY_MISPLACED", Severity: Error, Offset: -1, Operator: id, State: sc.StateOf(&e).Name, File: u.File(),
					Message: msg, Fix: "Flink would not find this key; the max parallelism of the file is wrong, or the key's hashCode changed"})
			}
		}
	}
	if misplaced > misplacedShown {
		val.add(Finding{Code: "KEY_MISPLACED", Severity: Error, Offset: -1, Operator: id, File: u.File(),
			Message: fmt.Sprintf("%d keys in all lie in another key group than their hash says", misplaced), Fix: "see above"})
	}
	if whole && len(sc.Missing()) == 0 {
		broadcast.merge(maps)
	}
	for _, m := range sc.Missing() {
		if m.Code == statereader.CorruptState { // its defect is a finding already
			continue
		}
		where := ""
		if len(m.KeyGroups) > 0 {
			where = ", key groups " + m.KeyGroups.String()
		}
		val.add(Finding{Code: m.Code, Severity: Info, Offset: -1, Operator: id, State: m.State.Name, File: u.File(),
			Message: fmt.Sprintf("state %s%s: %s", m.State.Name, where, m.Text()),
			Fix:     "not an error of the checkpoint: this part was not looked at"})
	}
	count(n%8192, true)
	return val.v.Findings
}

// checkEntry decodes an entry's parts and compares its key group with the key's hash; it returns what is wrong.
func checkEntry(u *statereader.Unit, e *state.Entry) string {
	if !u.Keyed || e.Header.Key == nil {
		return ""
	}
	hash, known, err := e.Header.Key.Program.HashBytes(e.Key)
	if err != nil || !known {
		return ""
	}
	if want := keygroup.Of(hash, u.Operator.Meta.MaxParallelism); want != int32(e.KeyGroup) {
		return fmt.Sprintf("a key of hash %d lies in key group %d, but belongs to %d at max parallelism %d", hash, e.KeyGroup, want,
			u.Operator.Meta.MaxParallelism)
	}
	return ""
}
