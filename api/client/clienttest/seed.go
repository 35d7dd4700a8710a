package clienttest

import (
	"cmp"
	"context"
	"maps"
	"strconv"
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/gen/model"
)

// account is the one that has the data.
const account = demo.Account

// born is when objects without a time of their own were made.
var born = time.Date(2024, time.March, 4, 9, 0, 0, 0, time.UTC)

// Group returns a group with workspaces for WithGroups; its other fields can be set on it.
func Group(id int64, name string, workspaces ...int64) client.Group {
	ids := make([]string, len(workspaces))
	for i, w := range workspaces {
		ids[i] = text(w)
	}
	return client.Group{ID: text(id), Name: name, WorkspaceIds: &ids}
}

func text(id int64) string { return strconv.FormatInt(id, 10) }

// seed is what a server starts with.
type seed struct {
	doc    *model.WorkspaceGroupDocument // nil: the sample data
	tokens []group.NewToken
	now    func() time.Time
}

// document returns the document that options fill, with all of its maps.
func (s *seed) document() *model.WorkspaceGroupDocument {
	if s.doc == nil {
		doc := group.NewDocument(0, group.All())
		s.doc = &doc.WorkspaceGroupDocument
	}
	return s.doc
}

// add puts the objects of a recorded document among the others.
func (s *seed) add(data []byte) error {
	from, err := decodeDocument(data)
	if err != nil {
		return err
	}
	into := s.document()
	maps.Copy(into.WorkspaceGroups, from.WorkspaceGroups)
	copyMap(*into.ExternalReferences, from.ExternalReferences)
	copyMap(*into.RateCardSets, from.RateCardSets)
	copyMap(*into.Workspaces, from.Workspaces)
	return nil
}

func copyMap[V any](into map[string]V, from *map[string]V) {
	if from != nil {
		maps.Copy(into, *from)
	}
}

// complete fills in what may be left out, so that a test has to say only what it is about.
func (s *seed) complete() {
	if s.doc == nil {
		return
	}
	d := s.doc
	workspaces, sets := []string{}, []string{}
	subjects := map[string]int64{}
	for id, g := range d.WorkspaceGroups {
		setTimes(&g.CreatedAt, &g.UpdatedAt)
		d.WorkspaceGroups[id] = g
		workspaces = append(workspaces, listed(g.WorkspaceIds)...)
		sets = append(sets, listed(g.RateCardSetIds)...)
		for _, reference := range listed(g.ExternalReferenceIds) {
			subjects[reference], _ = strconv.ParseInt(id, 10, 64) // an id that is no number is refused by the import
		}
	}
	for _, t := range s.tokens {
		for _, id := range t.Workspaces {
			if t.AccountID == account {
				workspaces = append(workspaces, text(id))
			}
		}
	}
	makeUp(*d.Workspaces, workspaces, func(id string) model.Workspace { return model.Workspace{ID: id, Title: "Workspace " + id} })
	makeUp(*d.RateCardSets, sets, func(id string) model.RateCardSet { return model.RateCardSet{ID: id, Title: "Rate card set " + id} })
	for id, r := range *d.ExternalReferences {
		setTimes(&r.CreatedAt, &r.UpdatedAt)
		r.SubjectID = cmp.Or(r.SubjectID, subjects[id])
		r.SubjectType = cmp.Or(r.SubjectType, document.SubjectType)
		(*d.ExternalReferences)[id] = r
	}
}

func listed(ids *[]string) []string {
	if ids == nil {
		return nil
	}
	return *ids
}

func makeUp[V any](objects map[string]V, ids []string, object func(id string) V) {
	for _, id := range ids {
		if _, ok := objects[id]; !ok {
			objects[id] = object(id)
		}
	}
}

func setTimes(created, updated *time.Time) {
	if created.IsZero() {
		*created = born
	}
	if updated.IsZero() {
		*updated = *created
	}
}

// store returns a new store with the data and the tokens.
func (s *seed) store(ctx context.Context) (group.Store, error) {
	var opts []memory.Option
	if s.now != nil {
		opts = append(opts, memory.WithClock(s.now))
	}
	store := memory.Open(opts...)
	if s.doc == nil && len(s.tokens) == 0 {
		return store, demo.Load(ctx, store)
	}
	doc := s.doc
	if doc == nil {
		sample := demo.Document()
		doc = &sample
	}
	if err := store.Import(ctx, account, doc); err != nil {
		return nil, err
	}
	for _, t := range s.allTokens() {
		if _, _, err := store.CreateToken(ctx, t); err != nil {
			return nil, err
		}
	}
	return store, nil
}

// allTokens returns the tokens of the options, or one that reaches everything.
func (s *seed) allTokens() []group.NewToken {
	if len(s.tokens) > 0 {
		return s.tokens
	}
	return []group.NewToken{{AccountID: account, UserID: 1, Secret: demo.Token}}
}
