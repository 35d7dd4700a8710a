package postgres

import (
	"fmt"
	"maps"
	"slices"
)

// UseTokens sets when tokens were used.
func (t *tx) UseTokens(uses map[int64]string) error {
	tokens := slices.Sorted(maps.Keys(uses)) // in one order for all processes
	times := make([]string, len(tokens))
	for i, id := range tokens {
		times[i] = uses[id]
	}
	t.queue(`UPDATE tokens AS k SET last_used_at = used.at FROM unnest($1::bigint[], $2::text[]) AS used(id, at)
		WHERE k.id = used.id AND k.last_used_at < used.at`, tokens, times)
	if err := t.flush(); err != nil {
		return fmt.Errorf("postgres: note the use of tokens: %w", err)
	}
	return nil
}
