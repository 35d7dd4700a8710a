package client

import (
	"strings"

	"example.com/oxgroups/api/group"
)

// Include is an association that the API puts beside the group when it is asked for.
type Include string

// The associations.
const (
	IncludeExternalReferences Include = group.ExternalReferences
	IncludeRateCardSets       Include = group.RateCardSets
	IncludeWorkspaces         Include = group.Workspaces
)

// Includes returns all associations.
func Includes() []Include {
	return []Include{IncludeExternalReferences, IncludeRateCardSets, IncludeWorkspaces}
}

// joinIncludes returns the value of the query parameter, or "".
func joinIncludes(includes []Include) string {
	names := make([]string, len(includes))
	for i, include := range includes {
		names[i] = string(include)
	}
	return strings.Join(names, ",")
}
