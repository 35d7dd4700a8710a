package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"example.com/oxgroups/api/group"
)

const (
	// MaxTokenAge is how long a token that another process revokes still works. One that is revoked through the same Store
	// ends at once.
	MaxTokenAge = 5 * time.Second

	// maxUnknownAge is how long an unknown token is refused without asking the database again.
	maxUnknownAge = time.Second

	// maxEntries bounds each of the two maps of a cache, to about a megabyte together.
	maxEntries = 4096

	// useInterval is how often the times of use are stored, and how exact they are.
	useInterval = time.Minute

	// useTimeout bounds a transaction that stores times of use.
	useTimeout = 5 * time.Second
)

type hash = [sha256.Size]byte

// tokens remembers who tokens belong to, so that the database need not be asked for each request. It holds hashes of tokens,
// never tokens. Of several callers with one token that is not remembered, one asks and the others wait for its answer.
type tokens struct {
	store *Store

	mu      sync.Mutex
	closed  bool
	known   map[hash]*known
	unknown map[hash]time.Time // when it was looked for
	asking  map[hash]*question

	unstored map[int64]string // the times of use that are not stored yet, by token
	stored   time.Time        // when times of use were stored last
	storing  sync.WaitGroup
}

// known is a token that was read from the database.
type known struct {
	caller group.Caller
	read   time.Time
	used   time.Time // the last use that was noted
}

// question is a token that is being looked up. The other fields are set when done is closed.
type question struct {
	done   chan struct{}
	caller group.Caller
	err    error
	gaveUp bool // the context of the caller who asked ended
}

func newTokens(s *Store) *tokens {
	return &tokens{
		store: s, known: map[hash]*known{}, unknown: map[hash]time.Time{}, asking: map[hash]*question{},
		unstored: map[int64]string{}, stored: s.now(),
	}
}

var errUnknownToken = &group.Error{Code: group.Unauthorized}

// Authenticate returns who a token belongs to. It may be MaxTokenAge behind a revocation by another process, and a second
// behind another process that makes the token.
func (s *Store) Authenticate(ctx context.Context, token string) (group.Caller, error) {
	h := group.SecretHash(token)
	for {
		k, q, mine := s.tokens.find(h)
		switch {
		case k != nil:
			return k.caller, nil
		case q == nil:
			return group.Caller{}, errUnknownToken
		case mine:
			return s.tokens.ask(ctx, h, q)
		}
		select {
		case <-q.done:
			if !q.gaveUp {
				return q.caller, q.err
			}
		case <-ctx.Done():
			return group.Caller{}, &group.Error{Code: group.Unavailable, Err: ctx.Err()}
		}
	}
}

// find returns what is remembered of a token, or the question to wait for; mine is a question that the caller has to ask.
// Neither is a token that is known not to exist.
func (t *tokens) find(h hash) (k *known, q *question, mine bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.store.now()
	if !t.closed {
		if k := t.known[h]; k != nil && young(now.Sub(k.read), MaxTokenAge) {
			if expired(k.caller.ExpiresAt, now) {
				return nil, nil, false
			}
			t.use(k, now)
			return k, nil, false
		}
		if at, ok := t.unknown[h]; ok && young(now.Sub(at), maxUnknownAge) {
			return nil, nil, false
		}
	}
	if q := t.asking[h]; q != nil {
		return nil, q, false
	}
	q = &question{done: make(chan struct{})}
	t.asking[h] = q
	return nil, q, true
}

func young(age, limit time.Duration) bool { return 0 <= age && age < limit }

func expired(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

// ask looks a token up and answers all who wait for it.
func (t *tokens) ask(ctx context.Context, h hash, q *question) (group.Caller, error) {
	read := t.store.now()
	var found *group.Token
	err := t.store.engine.Transact(ctx, Read, func(tx Tx) (err error) {
		found, err = tx.Token(h[:])
		return err
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	defer close(q.done)
	current := t.asking[h] == q // else everything was forgotten meanwhile, and what was read may be out of date
	if current {
		delete(t.asking, h)
	}
	switch {
	case err != nil:
		q.err, q.gaveUp = err, ctx.Err() != nil
	case found == nil || !found.RevokedAt.IsZero() || expired(found.ExpiresAt, read):
		q.err = errUnknownToken
		if current {
			remember(t.unknown, h, read)
		}
	default:
		q.caller = group.Caller{
			TokenID: found.ID, AccountID: found.AccountID, UserID: found.UserID, ReadOnly: found.ReadOnly,
			Name: found.Name, ExpiresAt: found.ExpiresAt, LastUsedAt: found.LastUsedAt,
		}
		k := &known{caller: q.caller, read: read, used: found.LastUsedAt}
		if old := t.known[h]; old != nil {
			k.used = old.used
		}
		if current {
			remember(t.known, h, k)
		}
		t.use(k, read)
	}
	return q.caller, q.err
}

func remember[V any](m map[hash]V, h hash, v V) {
	if len(m) >= maxEntries {
		clear(m)
	}
	m[h] = v
}

// use notes that a token is used, and from time to time has the notes stored.
func (t *tokens) use(k *known, now time.Time) {
	if minute := now.UTC().Truncate(useInterval); k.used.Before(minute) {
		k.used = minute
		t.unstored[k.caller.TokenID] = FormatTime(minute)
	}
	if !t.closed && len(t.unstored) > 0 && now.Sub(t.stored) >= useInterval {
		t.stored = now
		t.storing.Go(t.storeUses)
	}
}

// storeUses stores when tokens were used. What cannot be stored is kept for the next time.
func (t *tokens) storeUses() {
	t.mu.Lock()
	uses := t.unstored
	t.unstored = map[int64]string{}
	t.mu.Unlock()
	if len(uses) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), useTimeout)
	defer cancel()
	err := t.store.engine.Transact(ctx, Write, func(tx Tx) error { return tx.UseTokens(uses) })
	if err == nil {
		return
	}
	t.store.log.Warn("the times at which tokens were used are not stored", "error", err)
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.Copy(uses, t.unstored)
	t.unstored = uses
}

// forget has every token looked up again, those among them that are being looked up.
func (t *tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.known)
	clear(t.unknown)
	clear(t.asking)
}

// close stores the times of use that are left.
func (t *tokens) close() {
	t.mu.Lock()
	closed := t.closed
	t.closed = true
	t.mu.Unlock()
	t.storing.Wait()
	if !closed {
		t.storeUses()
	}
}

// CreateToken makes a token. It returns a group.Error with Refused where t names what is not there, a secret that is in
// use, or a time that is over.
func (s *Store) CreateToken(ctx context.Context, t group.NewToken) (group.Token, string, error) {
	t, err := t.Prepare()
	if err != nil {
		return group.Token{}, "", err
	}
	defer s.tokens.forget() // it may be known not to exist
	h := group.SecretHash(t.Secret)
	var made group.Token
	err = s.engine.Transact(ctx, Write, func(tx Tx) error {
		used, err := tx.Token(h[:])
		if err != nil {
			return err
		}
		owners, err := tx.Owners(group.WorkspaceKind, t.Workspaces)
		if err != nil {
			return err
		}
		maps.DeleteFunc(owners, func(_, account int64) bool { return account != t.AccountID })
		known := slices.Sorted(maps.Keys(owners))
		if err := t.CheckStored(known, used != nil, s.now()); err != nil {
			return err
		}
		made = t.Token(s.timestamp())
		return tx.AddToken(&made, known, h[:])
	})
	if errors.Is(err, ErrTokenUsed) { // it was made while this ran; all else was checked
		err = group.Refusal([]group.Problem{{Field: "secret", Message: "has been used before"}})
	}
	if err != nil {
		return group.Token{}, "", err
	}
	return made, t.Secret, nil
}

// ErrTokenUsed is what Tx.AddToken returns where there is a token with the same hash.
var ErrTokenUsed = errors.New("the token has been used before")

// Tokens lists all tokens.
func (s *Store) Tokens(ctx context.Context) (list []group.Token, err error) {
	err = s.engine.Transact(ctx, Read, func(tx Tx) (err error) {
		list, err = tx.Tokens()
		return err
	})
	return list, err
}

// RevokeToken ends a token; one that is revoked already stays as it is.
func (s *Store) RevokeToken(ctx context.Context, id int64) error {
	defer s.tokens.forget() // after the commit, whatever came of it
	return s.engine.Transact(ctx, Write, func(tx Tx) error {
		found, err := tx.RevokeToken(id, FormatTime(s.timestamp()))
		if err == nil && !found {
			return &group.Error{Code: group.NotFound}
		}
		return err
	})
}
