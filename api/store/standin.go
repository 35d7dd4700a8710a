package store

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
)

// Seen is a group before and after an update, as it is stored.
type Seen struct {
	Before, After Image
	Changed       bool // something was stored
}

// Image is a group at one moment, with its workspaces where an update names some, and its references where it names one.
type Image struct {
	group.Contents
	workspaces, references bool // they were read
}

// UpdateSeen is Update that also notes what it changed in seen. It reads more than Update, so it is for stand-ins.
func (s *Store) UpdateSeen(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes, seen *Seen) (group.Snapshot, error) {
	return s.update(ctx, by, id, u, in, seen)
}

// note reads what an update is about to change, or has changed.
func (m *Image) note(tx Tx, c *Change, g *group.Row) (err error) {
	m.workspaces, m.references = len(c.Named) > 0, c.Reference != nil
	m.Contents, err = tx.Load(c.ID, c.By, group.Includes{group.WorkspaceKind: m.workspaces, group.ReferenceKind: m.references})
	m.Contents[group.GroupKind] = []group.Row{*g}
	return err
}

// JSON returns the group as the API shows it, with its references beside it where they were read; nil where there is none.
func (m *Image) JSON() ([]byte, error) {
	if len(m.Contents[group.GroupKind]) == 0 {
		return nil, nil
	}
	g := m.Contents[group.GroupKind][0]
	if m.workspaces {
		g.Lists[group.WorkspaceKind] = idsOf(m.Contents[group.WorkspaceKind])
	}
	references := m.Contents[group.ReferenceKind]
	if m.references {
		g.Lists[group.ReferenceKind] = idsOf(references)
	}
	o, err := groupKind.object(&g)
	if err != nil {
		return nil, err
	}
	if m.references {
		e := validate.NewEncoder(nil)
		if err := encodeObjects(e, group.ReferenceKind, references); err != nil {
			return nil, err
		}
		text, err := e.Result()
		if err != nil {
			return nil, err
		}
		o.members = append(o.members, shown{member: member{group.ReferenceKind.String(), text}})
	}
	return o.text(inReplies)
}

// Replacer is a Tx that can take an account back to an earlier state.
type Replacer interface {
	Tx
	// Clear removes what an account has but its tokens, and lets new references begin after those that are left.
	Clear(account int64) error
	// Reach returns the workspaces of the tokens of an account that have a list of them, ascending.
	Reach(account int64) (map[int64][]int64, error)
	// SetReach gives a token another list.
	SetReach(token int64, workspaces []int64) error
}

// errNoReplacer says that an engine is not for stand-ins.
var errNoReplacer = &group.Error{Code: group.Refused, Problems: []group.Problem{{Field: "store", Message: "must be SQLite or memory: no other one can be replaced"}}}

// Snapshot returns all that an account has, as Replace takes it, and the workspaces that its tokens have no access to, by
// token. Tokens with access to all are not in it. It returns an Error with Refused where the engine cannot Replace.
func (s *Store) Snapshot(ctx context.Context, account int64) (contents *group.Contents, hidden map[int64][]int64, err error) {
	contents, hidden = &group.Contents{}, map[int64][]int64{}
	err = s.engine.Transact(ctx, Read, func(tx Tx) error {
		r, ok := tx.(Replacer)
		if !ok {
			return errNoReplacer
		}
		for k := range group.Kinds {
			err := r.Each(k, account, func(row *group.Row) error {
				kept := *row
				kept.JSON = bytes.Clone(row.JSON)
				kept.Key, err = keyOf(k, row.JSON)
				contents[k] = append(contents[k], kept)
				return err
			})
			if err != nil {
				return err
			}
		}
		reach, err := r.Reach(account)
		for token, ids := range reach {
			hidden[token] = slices.DeleteFunc(idsOf(contents[group.WorkspaceKind]), func(id int64) bool {
				_, reached := slices.BinarySearch(ids, id)
				return reached
			})
		}
		return err
	})
	return contents, hidden, err
}

// keyOf returns what an engine keeps unique of an object, as an import does.
func keyOf(k group.Kind, document []byte) (key string, err error) {
	name := map[group.Kind]string{group.GroupKind: "name", group.ReferenceKind: "service_name"}[k]
	err = members(document, func(member string, value []byte) error {
		if member == name {
			_ = json.Unmarshal(value, &key) // what is not text has no key
		}
		return nil
	})
	if k == group.GroupKind {
		key = group.Fold(key)
	}
	return key, err
}

// Replace makes contents all that an account has. Tokens stay: one with a list of workspaces has access to all of contents
// but those that are hidden from it. It returns the errors of Import, and an Error with Refused where the engine cannot.
func (s *Store) Replace(ctx context.Context, account int64, contents *group.Contents, hidden map[int64][]int64) error {
	return s.engine.Transact(ctx, BulkWrite, func(tx Tx) error {
		r, ok := tx.(Replacer)
		if !ok {
			return errNoReplacer
		}
		if err := r.Lock(contents); err != nil {
			return err
		}
		if err := checkImport(contents, account, emptied{r, account}); err != nil {
			return err
		}
		reach, err := r.Reach(account)
		if err != nil {
			return err
		}
		if err := r.Clear(account); err != nil {
			return err
		}
		if err := r.Put(account, contents); err != nil {
			return err
		}
		for token := range reach {
			reached := slices.DeleteFunc(idsOf(contents[group.WorkspaceKind]), func(id int64) bool { return slices.Contains(hidden[token], id) })
			if err := r.SetReach(token, reached); err != nil {
				return err
			}
		}
		return nil
	})
}

// emptied is a transaction in which an account has nothing, for the check of what replaces it.
type emptied struct {
	Tx
	account int64
}

func (e emptied) Owners(kind group.Kind, ids []int64) (map[int64]int64, error) {
	owners, err := e.Tx.Owners(kind, ids)
	maps.DeleteFunc(owners, func(_, account int64) bool { return account == e.account })
	return owners, err
}

func (emptied) NameHolders(int64, []string) (map[string]int64, error) { return nil, nil }

func (emptied) ReferencesOf([]int64) ([]group.Row, error) { return nil, nil }
