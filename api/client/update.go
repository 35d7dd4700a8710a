package client

import (
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/gen/model"
)

// The types of the API, so that one import is enough.
type (
	// Update is what to change of a workspace group. Name is required.
	Update = model.WorkspaceGroupUpdate
	// ReferenceUpdate is the external reference of an Update.
	ReferenceUpdate = model.ExternalReferenceUpdate
	// ReferenceStatus is the state of an integration.
	ReferenceStatus = model.ExternalReferenceUpdateStatus

	// Group is a workspace group as it is after an update.
	Group = model.WorkspaceGroup
	// Reference is a link from a group to an object in another system.
	Reference = model.ExternalReference
	// RateCardSet is a set of rate cards.
	RateCardSet = model.RateCardSet
	// Workspace is a member of a group.
	Workspace = model.Workspace
	// Meta is the place of a result among the pages of its document.
	Meta = model.Meta
)

// The values of ReferenceStatus.
const (
	StatusSuccessful = model.ExternalReferenceUpdateStatusSuccessful
	StatusPending    = model.ExternalReferenceUpdateStatusPending
	StatusFailed     = model.ExternalReferenceUpdateStatusFailed
)

// Value returns an optional field that sets v.
func Value[T any](v T) nullable.Nullable[T] { return nullable.NewNullableWithValue(v) }

// Null returns an optional field that clears what is stored.
func Null[T any]() nullable.Nullable[T] { return nullable.NewNullNullable[T]() }
