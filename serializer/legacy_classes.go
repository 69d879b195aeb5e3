package serializer

// legacyClasses are the …ConfigSnapshot classes of 1.3 to 1.6, in adapter frames until 1.16.
func legacyClasses() map[string]class {
	return map[string]class{}
}
