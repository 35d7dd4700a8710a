package postgres

import "testing"

// TestHosts holds which URLs ask a server whether it takes writes before it is used.
func TestHosts(t *testing.T) {
	for _, test := range []struct {
		name, url string
		asks      bool
	}{
		{"one host", "postgres://u:p@a/db", false},
		{"one host that has to take writes", "postgres://u:p@a/db?target_session_attrs=read-write", true},
		{"several hosts", "postgres://u:p@a:5432,b:5433/db", true},
		{"several hosts, whatever they take", "postgres://u:p@a:5432,b:5433/db?target_session_attrs=any", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			config, err := newConfig(test.url)
			if err != nil {
				t.Fatal(err)
			}
			if got := config.ConnConfig.ValidateConnect != nil; got != test.asks {
				t.Errorf("it asks: %v, want %v", got, test.asks)
			}
		})
	}
}
