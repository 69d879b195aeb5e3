package statereader

import (
	"context"

	"ckpt/metadata"
	"ckpt/state"
)

// loadRawKeyed lists raw keyed state: its bytes are the user's.
func (v *View) loadRawKeyed(_ context.Context, h *handle, k *metadata.KeyGroupsHandle) error {
	h.size = max(0, k.Stream.StreamSize())
	h.metas = []*state.Meta{{Name: "_raw_keyed_", Kind: state.RawKeyed}}
	return nil
}

func (r *scanner) timerGroup(context.Context, int32) error { return nil }
