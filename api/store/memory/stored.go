package memory

import "example.com/oxgroups/api/store/document"

// stored answers the questions of an import's check.
type stored struct{ d *data }

var _ document.Stored = stored{}

// Owners returns the accounts of stored objects.
func (s stored) Owners(kind document.Kind, ids []int64) (map[int64]int64, error) {
	owners := make(map[int64]int64, len(ids))
	for _, id := range ids {
		if account, ok := s.owner(kind, id); ok {
			owners[id] = account
		}
	}
	return owners, nil
}

func (s stored) owner(kind document.Kind, id int64) (account int64, ok bool) {
	switch kind {
	case document.Groups:
		if g, ok := s.d.groups[id]; ok {
			return g.account, true
		}
	case document.References:
		if r, ok := s.d.references[id]; ok {
			return s.d.groups[r.GroupID].account, true
		}
	case document.Workspaces:
		w, ok := s.d.workspaces[id]
		return w.account, ok
	case document.RateCardSets:
		r, ok := s.d.rateCardSets[id]
		return r.account, ok
	}
	return 0, false
}

// NameHolders returns the groups that have names.
func (s stored) NameHolders(account int64, folded []string) (map[string]int64, error) {
	holders := map[string]int64{}
	for _, f := range folded {
		if id, ok := s.d.names[name{account, f}]; ok {
			holders[f] = id
		}
	}
	return holders, nil
}

// ReferencesOf returns the references of groups.
func (s stored) ReferencesOf(groups []int64) (refs []document.ImportReference, err error) {
	for _, id := range groups {
		if g, ok := s.d.groups[id]; ok {
			for _, id := range g.references {
				refs = append(refs, *s.d.references[id])
			}
		}
	}
	return refs, nil
}
