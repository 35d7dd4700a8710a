package document

import (
	"strconv"
	"strings"

	"example.com/oxgroups/api/group"
)

// maxProblems bounds what one refusal lists: a document of a hundred thousand groups can be wrong in each.
const maxProblems = 100

type problems []group.Problem

// add notes a reason.
func (p *problems) add(field, message string) {
	*p = append(*p, group.Problem{Field: field, Message: message})
}

// err returns what was noted as a refusal, or nil.
func (p problems) err() error {
	if rest := len(p) - maxProblems; rest > 0 {
		p = append(p[:maxProblems:maxProblems], group.Problem{
			Field: p[maxProblems].Field, Message: "and " + strconv.Itoa(rest) + " problems more from here on",
		})
	}
	return group.Refusal(p)
}

// list returns ids as text, separated by commas.
func list(ids []int64) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatInt(id, 10))
	}
	return b.String()
}
