package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"example.com/oxgroups/api/group"
)

const (
	// MaxTokenAge is how long a token that another process revokes still works. One that is revoked through the same Store
	// ends at once.
	MaxTokenAge = 5 * time.Second

	// maxUnknownAge is how long an unknown token is refused without asking the database again.
	maxUnknownAge = time.Second

	// maxAnswers bounds the cache, to about a megabyte.
	maxAnswers = 4096

	// useInterval is how often the times of use are stored, and how exact they are.
	useInterval = time.Minute

	// tokenTimeout bounds a transaction that looks a token up or stores times of use.
	tokenTimeout = 5 * time.Second
)

type hash = [sha256.Size]byte

// tokens remembers who tokens belong to, so that the database need not be asked for each request. It holds hashes of tokens,
// never tokens. Of several callers with one token that is not remembered, one asks and all get its answer.
type tokens struct {
	store   *Store
	lookups singleflight.Group
	running sync.WaitGroup // of lookups, and of storing times of use

	mu      sync.Mutex
	closed  bool
	answers map[hash]*answer
	forgot  int64 // how often all answers were forgotten

	unstored map[int64]string // the times of use that are not stored yet, by token
	stored   time.Time        // when times of use were stored last
}

// answer is what the database said of a token.
type answer struct {
	caller group.Caller // without a TokenID: there is no such token
	read   time.Time
	used   time.Time // the last use that was noted
}

func newTokens(s *Store) *tokens {
	return &tokens{store: s, answers: map[hash]*answer{}, unstored: map[int64]string{}, stored: s.now()}
}

var errUnknownToken = &group.Error{Code: group.Unauthorized}

// Authenticate returns who a token belongs to. It may be MaxTokenAge after a revocation by another process, and a second
// behind another process that makes the token.
func (s *Store) Authenticate(ctx context.Context, token string) (group.Caller, error) {
	h := group.SecretHash(token)
	a, forgot := s.tokens.find(h)
	if a != nil {
		return s.tokens.use(a)
	}
	if err := ctx.Err(); err != nil {
		return group.Caller{}, &group.Error{Code: group.Unavailable, Err: err}
	}
	// What was asked before everything was forgotten may be answered with what was so before: it is asked anew.
	result := s.tokens.lookups.DoChan(fmt.Sprintf("%x %d", h, forgot), func() (any, error) { return s.tokens.ask(h, forgot) })
	select {
	case r := <-result:
		if r.Err != nil {
			return group.Caller{}, r.Err
		}
		return s.tokens.use(r.Val.(*answer))
	case <-ctx.Done():
		return group.Caller{}, &group.Error{Code: group.Unavailable, Err: ctx.Err()}
	}
}

// find returns the answer that is remembered of a token, if any, and how often answers were forgotten before.
func (t *tokens) find(h hash) (a *answer, forgot int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a, limit := t.answers[h], MaxTokenAge
	if a != nil && a.caller.TokenID == 0 {
		limit = maxUnknownAge
	}
	if a != nil {
		if age := t.store.now().Sub(a.read); t.closed || age < 0 || age >= limit {
			a = nil
		}
	}
	return a, t.forgot
}

// ask looks a token up, for all who wait for it: whoever gives up does not end it.
func (t *tokens) ask(h hash, forgot int64) (*answer, error) {
	if !t.begin() {
		return nil, &group.Error{Code: group.Unavailable, Err: ErrClosed}
	}
	defer t.running.Done()
	ctx, cancel := context.WithTimeout(context.Background(), tokenTimeout)
	defer cancel()
	a := &answer{read: t.store.now()}
	err := t.store.engine.Transact(ctx, Read, func(tx Tx) error {
		found, err := tx.Token(h[:])
		if err == nil && found != nil && found.RevokedAt.IsZero() {
			a.used = found.LastUsedAt
			a.caller = group.Caller{
				TokenID: found.ID, AccountID: found.AccountID, UserID: found.UserID, ReadOnly: found.ReadOnly,
				Name: found.Name, ExpiresAt: found.ExpiresAt, LastUsedAt: found.LastUsedAt,
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.forgot == forgot {
		if old := t.answers[h]; old != nil && old.used.After(a.used) {
			a.used = old.used
		}
		if len(t.answers) >= maxAnswers {
			clear(t.answers)
		}
		t.answers[h] = a
	}
	return a, nil
}

// begin counts something that close has to wait for, unless the store is closed.
func (t *tokens) begin() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.running.Add(1)
	}
	return !t.closed
}

// use returns the caller of an answer and notes that the token is used; from time to time it has the notes stored.
func (t *tokens) use(a *answer) (group.Caller, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.store.now()
	if end := a.caller.ExpiresAt; a.caller.TokenID == 0 || !end.IsZero() && !now.Before(end) {
		return group.Caller{}, errUnknownToken
	}
	if minute := now.UTC().Truncate(useInterval); a.used.Before(minute) {
		a.used = minute
		t.unstored[a.caller.TokenID] = FormatTime(minute)
	}
	if !t.closed && len(t.unstored) > 0 && now.Sub(t.stored) >= useInterval {
		t.stored = now
		t.running.Go(t.storeUses)
	}
	return a.caller, nil
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
	ctx, cancel := context.WithTimeout(context.Background(), tokenTimeout)
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
	clear(t.answers)
	t.forgot++
}

// close stores the times of use that are left.
func (t *tokens) close() {
	t.mu.Lock()
	closed := t.closed
	t.closed = true
	t.mu.Unlock()
	t.running.Wait()
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
	if err != nil {
		return group.Token{}, "", err
	}
	return made, t.Secret, nil
}

// Tokens lists all tokens.
func (s *Store) Tokens(ctx context.Context) ([]group.Token, error) {
	return read(ctx, s.engine, Read, Tx.Tokens)
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
