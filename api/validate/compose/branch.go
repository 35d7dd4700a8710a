package compose

import "example.com/oxgroups/api/validate"

// Branch is one of several schemas, and the value of a discriminator that names it.
type Branch struct {
	Name  string
	Check func(*validate.Scanner)
}

// Selected returns the check of the branch that a property of the object at offset, which was read before, names. It is nil where
// none is named.
func Selected(s *validate.Scanner, offset int, property string, branches ...Branch) func(*validate.Scanner) {
	if s.Stopped() {
		return nil
	}
	o := validate.NewScanner(s.Raw(offset), validate.Options{MaxDepth: len(s.Raw(offset)) + 1})
	if o.Kind() != validate.Object || !o.Begin(validate.Object) {
		return nil
	}
	var members validate.Members
	for key, ok := o.NextMember(&members); ok; key, ok = o.NextMember(&members) {
		if key != property {
			o.Skip()
			continue
		}
		name, ok := o.String()
		for _, b := range branches {
			if ok && b.Name == name {
				return b.Check
			}
		}
		return nil
	}
	return nil
}
