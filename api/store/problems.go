package store

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
)

// maxProblems bounds what one refusal lists: a document of a hundred thousand groups can be wrong in each.
const maxProblems = 100

// problems collects reasons. The same reason at many objects of a kind is listed once, with how often there is it.
type problems struct {
	list  []group.Problem
	alike map[problemKey]*problemCount
}

type problemKey struct{ kind, field, message string }

type problemCount struct{ at, more int }

// add notes a reason against a field of an object, or against all of it where field is "".
func (p *problems) add(k group.Kind, id, field, message string) {
	at := k.String() + "." + id
	if field != "" {
		at += "." + field
	}
	p.addAt(problemKey{k.String(), field, message}, at)
}

func (p *problems) addAt(key problemKey, at string) {
	if seen := p.alike[key]; seen != nil {
		seen.more++
		return
	}
	if p.alike == nil {
		p.alike = map[problemKey]*problemCount{}
	}
	p.alike[key] = &problemCount{at: len(p.list)}
	p.list = append(p.list, group.Problem{Field: at, Message: key.message})
}

// counted returns the reasons with how often each is there.
func (p *problems) counted() []group.Problem {
	for _, seen := range p.alike {
		if seen.more > 0 {
			p.list[seen.at].Message += fmt.Sprintf(" (and %d more like it)", seen.more)
			seen.more = 0
		}
	}
	if rest := len(p.list) - maxProblems; rest > 0 {
		p.list = append(p.list[:maxProblems:maxProblems], group.Problem{
			Field: p.list[maxProblems].Field, Message: "and " + strconv.Itoa(rest) + " other problems from here on",
		})
	}
	return p.list
}

// err returns what was noted as a refusal, or nil.
func (p *problems) err() error { return group.Refusal(p.counted()) }

// addViolation notes that the object under a key of a document breaks a rule.
func (p *problems) addViolation(k group.Kind, key string, v validate.Violation) {
	message := v.Message + " (" + v.Rule + ")"
	p.addAt(problemKey{k.String(), v.Pointer, message}, "/"+k.String()+"/"+validate.PointerToken(key)+v.Pointer)
}

// DocumentError says where a document is not what it should be. The fields of its problems are JSON pointers.
type DocumentError struct{ Problems []group.Problem }

// Error returns the problems, one a line.
func (e *DocumentError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Field + ": " + p.Message
	}
	return strings.Join(lines, "\n")
}
