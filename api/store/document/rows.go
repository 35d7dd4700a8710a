package document

import (
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
)

// Rows are a group and what is included with it, as stored.
type Rows struct {
	Group        Group // the ids of the included associations are set
	References   []Reference
	Workspaces   []Object
	RateCardSets []Object
}

// Snapshot decodes the rows. It needs no connection, so the goroutine of the caller does it.
func (r *Rows) Snapshot() (s group.Snapshot, err error) {
	if s.Group, err = r.Group.Model(); err != nil {
		return group.Snapshot{}, err
	}
	if s.ExternalReferences, err = models(r.References, (*Reference).Model); err != nil {
		return group.Snapshot{}, err
	}
	if s.RateCardSets, err = models(r.RateCardSets, (*Object).RateCardSet); err != nil {
		return group.Snapshot{}, err
	}
	if s.Workspaces, err = models(r.Workspaces, (*Object).Workspace); err != nil {
		return group.Snapshot{}, err
	}
	return s, nil
}

func models[R any, V model.ExternalReference | model.RateCardSet | model.Workspace](rows []R, decode func(*R) (V, error)) ([]V, error) {
	if rows == nil {
		return nil, nil
	}
	out := make([]V, len(rows))
	for i := range rows {
		v, err := decode(&rows[i])
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}
