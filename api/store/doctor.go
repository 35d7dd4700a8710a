package store

import (
	"context"
	"strconv"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/validator"
)

// Rules of findings that are not rules of the spec.
const (
	UnknownField = "unknown field" // the spec does not have the field, or has it no more
	OrphanRow    = "orphan"        // the row names something that is not there
)

// Finding is something stored that is not as it should be.
type Finding struct {
	Account int64  `json:"account,omitempty"`
	Kind    string `json:"kind"` // the name of the map, or of the table of an orphan
	ID      string `json:"id"`
	Field   string `json:"field"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// Doctor reports the stored values that do not fit the spec, the values of fields that the spec does not have, and orphans.
// It changes nothing. It stops at the first error of report and returns it.
func Doctor(ctx context.Context, s group.Store, report func(Finding) error) error {
	accounts, err := s.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		err := s.Export(ctx, account, func(k group.Kind, r *group.Row) error {
			found, err := examine(k, r)
			for _, f := range found {
				if err == nil {
					f.Account = account
					err = report(f)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	orphans, err := s.Orphans(ctx)
	if err != nil {
		return err
	}
	for _, o := range orphans {
		f := Finding{Kind: o.Table, ID: strconv.FormatInt(o.ID, 10), Rule: OrphanRow, Message: o.Missing + " is missing"}
		if err := report(f); err != nil {
			return err
		}
	}
	return nil
}

// examine returns what is wrong with a row.
func examine(k group.Kind, r *group.Row) (found []Finding, err error) {
	o, err := objectKinds[k].object(r)
	if err != nil {
		return nil, err
	}
	id := strconv.FormatInt(r.ID, 10)
	for _, v := range o.bad {
		found = append(found, Finding{Kind: k.String(), ID: id, Field: v.Field(), Rule: v.Rule, Message: v.Message})
	}
	for _, m := range o.members {
		if !inReplies(m) && string(m.value) != "null" && validate.FindField(updateFields(k), m.name) == nil {
			found = append(found, Finding{Kind: k.String(), ID: id, Field: m.name, Rule: UnknownField, Message: "is not a field of the spec"})
		}
	}
	return found, nil
}

// updateFields returns the fields of the spec that an update sets: replies may not show all of them.
func updateFields(k group.Kind) []validate.Field {
	fields := validate.FindField(validator.WorkspaceGroupRequestFields, "workspace_group").Fields
	switch k {
	case group.GroupKind:
		return fields
	case group.ReferenceKind:
		return validate.FindField(fields, "external_reference").Fields
	}
	return nil
}
