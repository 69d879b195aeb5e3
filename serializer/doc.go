// Package serializer knows Flink's type serializers: the snapshots that state files store about them, the types these
// describe, programs over value bytes (skip, decode, encode), type expressions and Java hash codes.
//
// It is pure: bytes in, values out. Snapshot (what was stored) → TypeOf → Type (what it says about values) → Compile →
// Program. Nothing is executed and no class is loaded; what cannot be decoded is KindOpaque with the reason.
package serializer
