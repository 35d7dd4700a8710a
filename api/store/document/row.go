package document

import (
	"fmt"
	"strconv"
	"time"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// SubjectType is the type of what a reference belongs to.
const SubjectType = "WorkspaceGroup"

// Group is a stored group. Times are RFC 3339 in whole seconds.
type Group struct {
	ID        int64
	CreatedAt string
	UpdatedAt string
	JSON      []byte // the fields without a column

	// The ids of the associations that were asked for, ascending; nil was not asked for.
	WorkspaceIDs         []int64
	ExternalReferenceIDs []int64
	RateCardSetIDs       []int64
}

// Model returns the group as the API shows it. An error is a defect of what is stored.
func (g *Group) Model() (v model.WorkspaceGroup, err error) {
	b := openObject(g.ID, len(g.JSON)+24*(len(g.WorkspaceIDs)+len(g.ExternalReferenceIDs)+len(g.RateCardSetIDs)))
	b = appendTimes(b, g.CreatedAt, g.UpdatedAt)
	b = appendIDs(b, "workspace_ids", g.WorkspaceIDs)
	b = appendIDs(b, "external_reference_ids", g.ExternalReferenceIDs)
	b = appendIDs(b, "rate_card_set_ids", g.RateCardSetIDs)
	if err = validator.DecodeWorkspaceGroup(closeObject(b, g.JSON), &v); err != nil {
		err = fmt.Errorf("document: group %d: %w", g.ID, err)
	}
	return v, err
}

// Reference is a stored reference. Its name of the service is in the document; engines keep a copy to look it up.
type Reference struct {
	ID        int64
	GroupID   int64
	CreatedAt string
	UpdatedAt string
	JSON      []byte
}

// Model returns the reference as the API shows it. An error is a defect of what is stored.
func (r *Reference) Model() (v model.ExternalReference, err error) {
	b := appendTimes(openObject(r.ID, len(r.JSON)), r.CreatedAt, r.UpdatedAt)
	b = append(b, `,"subject_type":"`+SubjectType+`","subject_id":`...)
	b = strconv.AppendInt(b, r.GroupID, 10)
	if err = validator.DecodeExternalReference(closeObject(b, r.JSON), &v); err != nil {
		err = fmt.Errorf("document: reference %d: %w", r.ID, err)
	}
	return v, err
}

// Object is a stored workspace or rate card set.
type Object struct {
	ID   int64
	JSON []byte
}

// Workspace returns the object as a workspace. An error is a defect of what is stored.
func (o *Object) Workspace() (v model.Workspace, err error) {
	if err = validator.DecodeWorkspace(closeObject(openObject(o.ID, len(o.JSON)), o.JSON), &v); err != nil {
		err = fmt.Errorf("document: workspace %d: %w", o.ID, err)
	}
	return v, err
}

// RateCardSet returns the object as a rate card set. An error is a defect of what is stored.
func (o *Object) RateCardSet() (v model.RateCardSet, err error) {
	if err = validator.DecodeRateCardSet(closeObject(openObject(o.ID, len(o.JSON)), o.JSON), &v); err != nil {
		err = fmt.Errorf("document: rate card set %d: %w", o.ID, err)
	}
	return v, err
}

// FormatTime returns t as engines store times: whole seconds, with the offset that t has.
func FormatTime(t time.Time) string { return t.Format(time.RFC3339) }

// openObject begins an object with its id, in a buffer of its own that has room for a document of size bytes and the
// columns: decoded values may alias it.
func openObject(id int64, size int) []byte {
	b := append(make([]byte, 0, size+192), `{"id":"`...)
	return append(strconv.AppendInt(b, id, 10), '"')
}

// closeObject puts the members of the object doc behind those in b.
func closeObject(b, doc []byte) []byte {
	if len(doc) > len(`{}`) {
		b = append(b, ',')
	}
	return append(b, doc[1:]...)
}

func appendTimes(b []byte, created, updated string) []byte {
	b = validate.AppendString(append(b, `,"created_at":`...), created)
	return validate.AppendString(append(b, `,"updated_at":`...), updated)
}

func appendIDs(b []byte, name string, ids []int64) []byte {
	if ids == nil {
		return b
	}
	b = append(append(append(b, `,"`...), name...), `":[`...)
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendInt(append(b, '"'), id, 10), '"')
	}
	return append(b, ']')
}
