package store_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"example.com/oxgroups/api/store"
)

func TestRead(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files []string
		want  []string // nil: refused
	}{
		{"in order", []string{"m/0002_b.sql", "m/0001_a.sql"}, []string{"0001_a.sql", "0002_b.sql"}},
		{"one is missing", []string{"m/0001_a.sql", "m/0003_c.sql"}, nil},
		{"one is there twice", []string{"m/0001_a.sql", "m/0001_b.sql"}, nil},
		{"no number", []string{"m/a.sql"}, nil},
		{"no folder", []string{"n/0001_a.sql"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for _, name := range tc.files {
				files[name] = &fstest.MapFile{Data: []byte("text of " + name[2:])}
			}
			scripts, err := store.ReadScripts(files, "m")
			var got []string
			for _, s := range scripts {
				got = append(got, s.Name)
				if s.Text != "text of "+s.Name {
					t.Errorf("%s has the text %q", s.Name, s.Text)
				}
			}
			if (err == nil) != (tc.want != nil) || !slices.Equal(got, tc.want) {
				t.Errorf("got %q, %v, want %q", got, err, tc.want)
			}
		})
	}
}
