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
