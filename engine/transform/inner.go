package transform

// named are a transformer's outputs without the scratch space at their end.
func named(outputs []Port) []Port {
	for i := range outputs {
		if outputs[i].Name == "" {
			return outputs[:i]
		}
	}
	return outputs
}

// fromInner makes an inner transformer's error one of the outer transformer,
// whose inputs the inner one gets from position first on.
func fromInner(err error, first int) error {
	if e, ok := err.(*InputError); ok {
		e.Port += first
	}
	return err
}
