package journal

import (
	"strconv"

	"example.com/oxgroups/api/validate"
)

// Outcome is what became of a row.
type Outcome string

// The outcomes.
const (
	Applied Outcome = "applied"
	Refused Outcome = "refused" // it cannot be applied as it is: the API said no, or it breaks a rule
	Failed  Outcome = "failed"  // it was given up; a resumed run tries it again
)

// Record is what became of one row.
type Record struct {
	Row     int64 // from 1
	ID      int64 // of the group
	Digest  string
	Outcome Outcome
	Request string // X-Request-Id of the last reply
	Reason  string // why it was not applied
}

const endLine = `{"end":true}`

func (r *Record) appendLine(dst []byte) []byte {
	dst = strconv.AppendInt(append(dst, `{"row":`...), r.Row, 10)
	dst = strconv.AppendInt(append(dst, `,"id":`...), r.ID, 10)
	text := func(key, value string) {
		dst = append(append(dst, `,"`...), key...)
		dst = validate.AppendString(append(dst, `":`...), value)
	}
	text("digest", r.Digest)
	text("outcome", string(r.Outcome))
	if r.Request != "" {
		text("request", r.Request)
	}
	if r.Reason != "" {
		text("reason", r.Reason)
	}
	return append(dst, "}\n"...)
}

// parse reads a line; ok is whether it is a record.
func (r *Record) parse(line []byte) (ok bool) {
	*r = Record{}
	s := validate.NewScanner(line, validate.Options{})
	if !s.Begin(validate.Object) {
		return false
	}
	var m validate.Members
	for key, more := s.NextMember(&m); more; key, more = s.NextMember(&m) {
		switch key {
		case "row":
			r.Row, _ = s.Int64()
		case "id":
			r.ID, _ = s.Int64()
		case "digest":
			r.Digest, _ = s.String()
		case "outcome":
			text, _ := s.String()
			r.Outcome = Outcome(text)
		case "request":
			r.Request, _ = s.String()
		case "reason":
			r.Reason, _ = s.String()
		default:
			s.Skip()
		}
	}
	return s.End() == nil && r.Row > 0 && r.Outcome != ""
}
