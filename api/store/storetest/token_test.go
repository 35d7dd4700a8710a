package storetest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
)

func testTokens(t *testing.T, open Opener) {
	t.Run("secret", func(t *testing.T) {
		f := newFixture(t, open)
		seen := map[string]bool{}
		for range 10 {
			_, secret, err := f.store.CreateToken(t.Context(), group.NewToken{AccountID: 1, UserID: 1})
			if err != nil {
				t.Fatal(err)
			}
			random, ok := strings.CutPrefix(secret, "oxg_")
			bits, err := base64.RawURLEncoding.DecodeString(random)
			if !ok || err != nil || len(bits) != 32 || seen[secret] {
				t.Errorf("the secret has %d bytes (%v) after its prefix, seen before: %v", len(bits), err, seen[secret])
			}
			seen[secret] = true
		}
	})
	t.Run("caller", func(t *testing.T) {
		f := newFixture(t, open)
		made, secret, err := f.store.CreateToken(t.Context(),
			group.NewToken{AccountID: 5, UserID: 9, ReadOnly: true, Workspaces: []int64{}, Secret: "chosen"})
		if err != nil || secret != "chosen" || made.AllWorkspaces || made.Workspaces != 0 {
			t.Fatalf("created %+v (%v)", made, err)
		}
		caller, err := f.store.Authenticate(t.Context(), "chosen")
		if want := (group.Caller{TokenID: made.ID, AccountID: 5, UserID: 9, ReadOnly: true}); err != nil || caller != want {
			t.Errorf("the caller is %+v (%v), want %+v", caller, err, want)
		}
	})
	t.Run("unknown", func(t *testing.T) {
		f := newFixture(t, open)
		for _, token := range []string{"", "unknown", "' OR 1=1 --", strings.Repeat("x", 1<<16), "\x00\xff"} {
			_, err := f.store.Authenticate(t.Context(), token)
			f.wantCode(err, group.Unauthorized)
			if strings.Contains(err.Error(), "unknown") {
				t.Error("the error repeats the token")
			}
		}
	})
	t.Run("revoked", func(t *testing.T) { testRevoked(newFixture(t, open)) })
	t.Run("list", func(t *testing.T) { testTokenList(newFixture(t, open)) })
	t.Run("refused", func(t *testing.T) { testTokenRefused(newFixture(t, open)) })
	t.Run("without a workspace", func(t *testing.T) {
		f := newFixture(t, open)
		none := f.caller(group.NewToken{AccountID: 1, UserID: 1, Workspaces: []int64{}})
		_, err := f.update(none, 1, `{"name":"Alpha","add_workspace_ids":[10]}`)
		f.wantProblems(err, "add_workspace_ids: workspaces 10 do not exist or are not accessible")
		s, err := f.update(none, 1, `{"name":"Alpha"}`)
		if err != nil {
			t.Fatal(err)
		}
		wantIDs(t, "workspace_ids", s.Group.WorkspaceIds, true, []string{})
	})
}

func testRevoked(f *fixture) {
	made, secret, err := f.store.CreateToken(f.Context(), group.NewToken{AccountID: 1, UserID: 1})
	if err != nil {
		f.Fatal(err)
	}
	if _, err := f.store.Authenticate(f.Context(), secret); err != nil {
		f.Fatalf("before it is revoked: %v", err)
	}
	for range 2 { // revoking is idempotent
		if err := f.store.RevokeToken(f.Context(), made.ID); err != nil {
			f.Fatal(err)
		}
		_, err = f.store.Authenticate(f.Context(), secret)
		f.wantCode(err, group.Unauthorized)
	}
	f.wantCode(f.store.RevokeToken(f.Context(), 999), group.NotFound)
	_, _, err = f.store.CreateToken(f.Context(), group.NewToken{AccountID: 1, UserID: 1, Secret: secret})
	f.wantProblems(err, "secret: has been used before")
}

func testTokenList(f *fixture) {
	if err := f.store.RevokeToken(f.Context(), f.limited.TokenID); err != nil {
		f.Fatal(err)
	}
	tokens, err := f.store.Tokens(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	var got []string
	for _, t := range tokens {
		if t.CreatedAt.IsZero() {
			f.Errorf("token %d has no created_at", t.ID)
		}
		got = append(got, fmt.Sprint(t.AccountID, t.UserID, t.ReadOnly, t.AllWorkspaces, t.Workspaces, !t.RevokedAt.IsZero()))
	}
	want := []string{"1 1 false true 0 false", "1 1 false false 2 true", "1 2 true true 0 false", "2 1 false true 0 false"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		f.Errorf("tokens:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func testTokenRefused(f *fixture) {
	for _, test := range []struct {
		name  string
		token group.NewToken
		want  []string
	}{
		{"no ids", group.NewToken{}, []string{"account: must be an id: 1 or more", "user: must be an id: 1 or more"}},
		{"workspaces that are not there", group.NewToken{AccountID: 1, UserID: 1, Workspaces: []int64{20, 10, 999, 999}},
			[]string{"workspaces: workspaces 20, 999 do not exist or are not accessible"}},
	} {
		f.Run(test.name, func(t *testing.T) {
			_, _, err := f.store.CreateToken(t.Context(), test.token)
			f.on(t).wantProblems(err, test.want...)
		})
	}
	if tokens, err := f.store.Tokens(f.Context()); err != nil || len(tokens) != 4 {
		f.Errorf("%d tokens (%v), want the four that were there", len(tokens), err)
	}
}
