package rows

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strconv"

	"example.com/oxgroups/api/validate"

	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Names in files that are not fields of the spec.
const (
	idName     = "id"
	reasonName = "rejected_reason" // why a row was rejected; ignored when the file is applied again
	updateName = "workspace_group" // the member of a request's body that has the update
)

// MaxSize bounds one row in bytes. The API takes bodies of 1 MiB.
const MaxSize = 4 << 20

// Row is one update of one group.
type Row struct {
	Number int64                      // from 1, in the order of the input
	Line   int64                      // of the input, where the row begins
	ID     int64                      // of the group
	Update model.WorkspaceGroupUpdate // its strings share memory with the row
	Digest Digest                     // of the group's id and the update

	body []byte // the JSON of the update, or of the line that it stands in
	text []byte // the row as it stands in the input; in a CSV without the line feed
}

// Size returns about how much memory the row takes.
func (r *Row) Size() int { return len(r.body) + len(r.text) + 512 }

// reset makes the row ready to be read into, and keeps its memory.
func (r *Row) reset() {
	*r = Row{Number: r.Number, body: r.body[:0], text: r.text[:0]}
}

// seal computes the digest.
func (r *Row) seal() {
	n := len(r.body)
	sum := sha256.Sum256(strconv.AppendInt(append(r.body, ' '), r.ID, 10)) // what is behind the body is scratch
	r.body = r.body[:n]
	copy(r.Digest[:], sum[:])
}

// Digest tells rows with other content apart.
type Digest [12]byte

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// AppendJSON appends the row as a line of JSONL, without the line feed.
func (r *Row) AppendJSON(dst []byte) []byte {
	return appendLineOf(dst, r.ID, encoded(validator.AppendWorkspaceGroupUpdate(nil, &r.Update)))
}

// appendLineOf appends a line of JSONL for the update in body.
func appendLineOf(dst []byte, id int64, body []byte) []byte {
	dst = append(dst, `{"`+idName+`":`...)
	dst = strconv.AppendInt(dst, id, 10)
	dst = append(dst, `,"`+updateName+`":`...)
	return append(append(dst, body...), '}')
}

// Reader reads the rows of one input in their order. It is for one goroutine.
type Reader interface {
	// Next reads the next row into row, whose memory is used again. It returns io.EOF at the end; an *Error for a row
	// that is not valid, and the next call goes on behind it; any other error ends the input: an *Error inside a
	// *SyntaxError where the file cannot be read further.
	Next(row *Row) error
}

// updateFields are the fields of an update, from openapi.yaml.
func updateFields() []validate.Field {
	return validate.FindField(validator.WorkspaceGroupRequestFields, updateName).Fields
}

// parseID reads the id of a group by the rule of openapi.yaml. problem is what is wrong with it.
func parseID(text string) (id int64, problem *Problem) {
	id, _, err := validator.ParseUpdateWorkspaceGroupParameters(validate.Parameters{Path: func(string) string { return text }})
	if err != nil {
		v := violations(err)[0]
		if v.Rule == "type" {
			v.Message += " in plain digits, such as 7"
		}
		return 0, &Problem{Field: idName, Rule: v.Rule, Message: v.Message}
	}
	return id, nil
}

// counter counts the bytes that were read and refuses to read more than a row may have since the last mark.
type counter struct {
	from  io.Reader
	n     int64
	limit int64
}

// Read reads up to the limit.
func (c *counter) Read(p []byte) (int, error) {
	if c.n >= c.limit {
		return 0, errTooLarge
	}
	n, err := c.from.Read(p[:min(int64(len(p)), c.limit-c.n)])
	c.n += int64(n)
	return n, err
}

// quoteJSON appends text as a JSON string.
func quoteJSON(dst []byte, text string) []byte { return validate.AppendString(dst, text) }

// encoded returns text. What was decoded can be encoded, so an error is a defect.
func encoded(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}
