package serializer

// avro reads AvroSerializerSnapshot and its namesake of 1.4 to 1.7. The schema is the writer schema of every value.
//
//	1: schema:utf    2 (1.7 to 1.11): class:utf schema:utf    3 (since 1.12): class:strv schema:strv
func avro(p *parser, s *Snapshot) {
	if !p.atVersion(s, 1, 2, 3) {
		return
	}
	body := new(AvroBody)
	switch s.Version {
	case 1:
		body.Schema = p.UTF()
	case 2:
		body.Class, body.Schema = p.UTF(), p.UTF()
	case 3:
		body.Class, body.Schema = p.stringValue(), p.stringValue()
	}
	s.Body = body
}
