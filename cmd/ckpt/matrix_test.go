//go:build flink

package main

import (
	"testing"

	"ckpt/internal/fixtures"
)

// TestMatrix does for the full matrix what TestFixtures does for the committed part of it. testdata/flink writes the
// matrix; CKPT_FIXTURES says where.
func TestMatrix(t *testing.T) { testFixtures(t, fixtures.Matrix(t)) }

func TestMatrixReports(t *testing.T) { testReports(t, fixtures.Matrix(t)) }

func TestMatrixIsSound(t *testing.T) { testSound(t, fixtures.Matrix(t)) }

// TestMatrixHasPending: what is on the list exists.
func TestMatrixHasPending(t *testing.T) {
	names := map[string]bool{}
	for _, f := range append(fixtures.Matrix(t), fixtures.Committed(t)...) {
		names[f.Name] = true
	}
	for _, name := range pending {
		if !names[name] {
			t.Errorf("%s is pending, but there is no such fixture", name)
		}
	}
}
