// Package export turns keyed and operator state into rows: JSON values, Arrow record batches, Parquet, Arrow IPC, CSV and
// JSON-lines files, with a manifest.
//
// The columns of a state are settled from the serializers of all its headers before the first row (NewTable). A value's
// bytes are then walked once into columnar buffers by a program compiled per type; nothing is boxed and nothing is
// allocated per row. What a column cannot hold exactly is null there, and the row's `exact` column holds the JSON.
//
// Output bytes depend on the input and on Options only: not on parallelism, clock or run.
package export
