package torture

import "testing"

// TestJudge shows the check what it has to find.
func TestJudge(t *testing.T) {
	w := &worker{id: 3, acked: 7, sent: 8}
	with := func(n int, change func(*state)) state {
		s := w.after(n)
		change(&s)
		return s
	}
	same := func(*state) {}
	for _, test := range []struct {
		name       string
		stored     state
		lost, torn bool
	}{
		{"what was acknowledged", with(7, same), false, false},
		{"and what was under way", with(8, same), false, false},
		{"the one before it", with(6, same), true, false},
		{"nothing at all", state{}, true, false},
		{"one that was never sent", with(9, same), false, true},
		{"the notes alone are new", with(7, func(s *state) { s.notes = "8" }), false, true},
		{"the notes alone are old", with(7, func(s *state) { s.notes = "6" }), true, true},
		{"a member is missing", with(7, func(s *state) { s.members = s.members[1:] }), false, true},
		{"a member is left", with(7, func(s *state) { s.members = append(s.members, slot(3, 2)) }), false, true},
		{"no reference", with(7, func(s *state) { s.references = nil }), false, true},
		{"two references", with(7, func(s *state) { s.references = append(s.references, "6") }), false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			lost, torn := w.judge(test.stored)
			if (lost != "") != test.lost || (torn != "") != test.torn {
				t.Errorf("lost: %q, torn: %q", lost, torn)
			}
		})
	}
}
