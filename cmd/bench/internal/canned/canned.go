// Package canned has what every server of a benchmark stands on, so that only the way from bytes to a typed request and
// back is different: one store that answers at once, one bearer token, and one request id. The reply is written down here
// once, in the project's own types; the peers read it into theirs.
package canned

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/oapi-codegen/runtime/types"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

const (
	// BasePath is where the API begins.
	BasePath = "/api/v1"
	// Token is the one that is known.
	Token = "Zx4mL0vPq7RtYb2KcN8sWd"
	// Include is the association that the case "included" asks for.
	Include = "workspaces"

	workspaces = 5
)

// ErrUnauthorized refuses every other token.
var ErrUnauthorized = errors.New("unknown token")

var caller = group.Caller{TokenID: 1, AccountID: 1, UserID: 1}

type callerKey struct{}

// Authenticate puts the owner of a token into ctx.
func Authenticate(ctx context.Context, token string) (context.Context, error) {
	if token != Token {
		return nil, ErrUnauthorized
	}
	return context.WithValue(ctx, callerKey{}, caller), nil
}

// Bearer returns the token of a request, or "".
func Bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// WithRequestID names each request. The project's server does so by itself; the peers get it from here.
func WithRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if id == "" {
			id = newID()
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r)
	})
}

// newID is as cheap as the project's: 128 bits that need not come from the operating system.
func newID() string {
	var b [32]byte
	hex.Encode(b[:], binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, rand.Uint64()), rand.Uint64()))
	return string(b[:])
}

// Store is the project's seam to storage with one answer to every update.
type Store struct {
	group.Updater // nil: for operations that are not measured

	plain, included group.Snapshot
}

var _ group.Updater = (*Store)(nil)

// NewStore returns a store.
func NewStore() *Store { return &Store{plain: snapshot(false), included: snapshot(true)} }

// Authenticate returns the one caller, or an error with group.Unauthorized.
func (s *Store) Authenticate(_ context.Context, token string) (group.Caller, error) {
	if token != Token {
		return group.Caller{}, &group.Error{Code: group.Unauthorized}
	}
	return caller, nil
}

// Update returns the group.
func (s *Store) Update(_ context.Context, _ group.Caller, _ int64, _ model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	if in[group.WorkspaceKind] {
		return s.included, nil
	}
	return s.plain, nil
}

// Document returns the reply as JSON.
func Document(included bool) []byte {
	doc := snapshot(included).Document()
	text, err := validator.AppendWorkspaceGroupDocument(nil, &doc)
	if err != nil {
		panic(err) // the document is a constant
	}
	return text
}

// Reply returns the reply in the project's types.
func Reply() *model.WorkspaceGroupDocument {
	doc := snapshot(false).Document()
	return &doc
}

// snapshot has every field set: types that keep null and omitted apart and types that do not give the same reply then.
func snapshot(included bool) group.Snapshot {
	text := nullable.NewNullableWithValue[string]
	created := time.Date(2013, 4, 15, 16, 48, 48, 0, time.FixedZone("", -7*60*60))
	s := group.Snapshot{Group: model.WorkspaceGroup{
		ID: "7", Name: "Acme Corporation", Company: nullable.NewNullableWithValue(true), ContactName: text("Wile E. Coyote"),
		Email: text("wile@acme.example"), PhoneNumber: text("+1 555 0100"), Address: text("1 Canyon Road, Flagstaff"),
		Website: text("https://acme.example/rockets"), Notes: text("Prefers rockets.\nCall before noon; the café is closed on Mondays."),
		CreatedAt: created, UpdatedAt: created,
	}}
	if !included {
		return s
	}
	ids, objects := make([]string, workspaces), map[string]model.Workspace{}
	for i := range ids {
		ids[i] = strconv.Itoa(1_000_010 + i)
		objects[ids[i]] = model.Workspace{
			ID: ids[i], Title: "Rocket skates, part " + strconv.Itoa(i+1), Description: text("Design and delivery"),
			Archived: nullable.NewNullableWithValue(false), AccessLevel: text("invitation"), AccountID: nullable.NewNullableWithValue[int64](1),
			StartDate: nullable.NewNullableWithValue(types.Date{Time: created}), DueDate: nullable.NewNullableWithValue(types.Date{Time: created}),
			Budgeted: nullable.NewNullableWithValue(true), Currency: text("USD"),
			CreatedAt: nullable.NewNullableWithValue(created), UpdatedAt: nullable.NewNullableWithValue(created),
		}
	}
	s.Group.WorkspaceIds, s.Included.Workspaces = &ids, &objects
	return s
}
