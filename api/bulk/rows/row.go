// Package rows reads updates of many groups from a file: a CSV whose first line names the columns, or JSON objects, one
// after the other or in an array; compressed with gzip or not. Whatever the format, a row becomes the JSON of an update,
// and the decoder that is generated from openapi.yaml says whether it is valid. Memory does not grow with the input.
//
// What is sent, in which order and how often is decided in api/bulk.
//
// Start with row.go.
package rows

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strconv"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Names in files that are not fields of the spec.
const (
	idName = "id"
	// ReasonName is the column or key that says why a row was rejected; it is ignored when the file is applied again.
	ReasonName = "rejected_reason"
	updateName = "workspace_group" // the member of a request's body that has the update
)

// MaxSize bounds one row in bytes. The API takes bodies of 1 MiB.
const MaxSize = 4 << 20

var errTooLarge = errors.New("the row is larger than " + strconv.Itoa(MaxSize>>20) + " MiB; is a quote or a bracket not closed?")

// Row is one update of one group.
type Row struct {
	Number int64                      // from 1, in the order of the input
	Line   int64                      // of the input, where the row begins
	ID     int64                      // of the group
	Update model.WorkspaceGroupUpdate // its strings share memory with the row
	Digest Digest                     // of the group's id and the update

	body  []byte   // the JSON of the update, or of the object that it stands in
	cells []string // of a CSV
}

// Size returns about how much memory the row takes, in bytes.
func (r *Row) Size() int {
	size := len(r.body) + 512
	for _, cell := range r.cells {
		size += len(cell)
	}
	return size
}

// reset makes the row ready to be read into, and keeps its memory.
func (r *Row) reset() { *r = Row{body: r.body[:0], cells: r.cells[:0]} }

// seal computes the digest.
func (r *Row) seal() {
	n := len(r.body)
	sum := sha256.Sum256(strconv.AppendInt(append(r.body, ' '), r.ID, 10)) // what is after the body is scratch
	r.body = r.body[:n]
	copy(r.Digest[:], sum[:])
}

// Digest tells rows with other content apart.
type Digest [12]byte

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// AppendJSON appends the row as a JSON object in one line, without a line feed.
func (r *Row) AppendJSON(dst []byte) ([]byte, error) {
	dst = append(dst, `{"`+idName+`":`...)
	dst = strconv.AppendInt(dst, r.ID, 10)
	dst = append(dst, `,"`+updateName+`":`...)
	dst, err := validator.AppendWorkspaceGroupUpdate(dst, &r.Update)
	return append(dst, '}'), err
}

// Reader reads the rows of one input in their order. It is for one goroutine.
type Reader interface {
	// Next reads the next row into row, whose memory is used again. It returns io.EOF at the end, and an *Error for a row
	// that is not valid: the next call goes on after it, unless the error is Fatal. Any other error ends the input.
	Next(row *Row) error
	// Rejected returns a writer of rows of this reader that were not applied.
	Rejected(out io.Writer) Rejected
	// Warnings returns what looks wrong in the rows that were read, and is taken all the same.
	Warnings() []string
}

// Rejected writes rows that were not applied, with the reason after each, in the form of the input.
type Rejected interface {
	Write(row *Row, reason string) error
}

// Fields returns the fields of an update, from openapi.yaml.
func Fields() []validate.Field {
	return validate.FindField(validator.WorkspaceGroupRequestFields, updateName).Fields
}

// ParseID reads the id of a group by the rule of openapi.yaml. It returns what is wrong with it, or nil.
func ParseID(text string) (int64, *Problem) {
	id, _, err := validator.ParseUpdateWorkspaceGroupParameters(validate.Parameters{Path: func(string) string { return text }})
	if err == nil {
		return id, nil
	}
	for _, v := range violations(err) {
		if v.Field() != idName {
			continue // of another parameter of the request
		}
		if v.Rule == "type" {
			v.Message += " in plain digits, such as 7"
		}
		return 0, &Problem{Field: idName, Rule: v.Rule, Message: v.Message}
	}
	return id, nil
}

// bounded refuses to read more than is left.
type bounded struct {
	from io.Reader
	left int
}

// Read reads at most what is left.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.from.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
