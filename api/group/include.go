package group

import "strings"

// Includes are the associations that a caller wants beside a group.
type Includes struct {
	ExternalReferences bool
	RateCardSets       bool
	Workspaces         bool
}

// The names of the associations, which are the names of their maps in a document too.
const (
	ExternalReferences = "external_references"
	RateCardSets       = "rate_card_sets"
	Workspaces         = "workspaces"
)

// ParseIncludes reads a comma-separated list of associations. Names are compared exactly, and unknown ones are ignored,
// as the vendor's framework does.
func ParseIncludes(list string) Includes {
	var in Includes
	for name := range strings.SplitSeq(list, ",") {
		switch name {
		case ExternalReferences:
			in.ExternalReferences = true
		case RateCardSets:
			in.RateCardSets = true
		case Workspaces:
			in.Workspaces = true
		}
	}
	return in
}

// All includes every association.
func All() Includes {
	return Includes{ExternalReferences: true, RateCardSets: true, Workspaces: true}
}
