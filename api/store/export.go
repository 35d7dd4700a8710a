package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// WriteDocument writes all that an account has as one document that ReadDocuments reads, in the form of the API with the
// stored fields beside it that replies do not show. It is written while it is read, so memory does not grow with the account,
// but for about a byte for each group. Equal states give equal bytes. named puts the account into the document.
func WriteDocument(ctx context.Context, from group.Store, account int64, named bool, to io.Writer) error {
	w := &documentWriter{out: bufio.NewWriterSize(to, 64<<10)}
	w.print("{\n")
	if named {
		w.print("%q:%d,\n", AccountMember, account)
	}
	if err := from.Export(ctx, account, w.row); err != nil {
		return fmt.Errorf("export account %d: %w", account, err)
	}
	return w.end()
}

// ReadModel returns all that an account has as models, as far as it fits them.
func ReadModel(ctx context.Context, from group.Store, account int64) (doc model.WorkspaceGroupDocument, err error) {
	var b bytes.Buffer
	if err := WriteDocument(ctx, from, account, false, &b); err != nil {
		return doc, err
	}
	err = validator.DecodeWorkspaceGroupDocument(b.Bytes(), &doc)
	if bad := (validate.Violations)(nil); errors.As(err, &bad) {
		err = nil
	}
	return doc, err
}

// documentWriter writes a document object by object, each on a line of its own. The first error of out is kept by it.
type documentWriter struct {
	out      *bufio.Writer
	maps     int  // how many of the kinds were begun
	filled   bool // the map that was begun last has an object
	groups   int
	ids      []byte // of the groups, each as the distance to the one before
	last     int64  // of the ids
	asStored bool   // an object does not fit the spec
}

func (w *documentWriter) print(format string, args ...any) {
	_, _ = fmt.Fprintf(w.out, format, args...)
}

func (w *documentWriter) row(k group.Kind, r *group.Row) error {
	o, err := objectKinds[k].object(r)
	if err != nil {
		return err
	}
	w.asStored = w.asStored || len(o.bad) > 0
	if k == group.GroupKind {
		w.groups++
		w.ids = binary.AppendUvarint(w.ids, uint64(r.ID-w.last))
		w.last = r.ID
	}
	w.begin(int(k) + 1)
	if w.filled {
		w.print(",")
	}
	w.filled = true
	text, err := o.text(func(shown) bool { return true })
	if err != nil {
		return err
	}
	if _, err = fmt.Fprintf(w.out, "\n\"%d\":%s", r.ID, text); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}

// begin begins the maps up to the nth, those without objects too.
func (w *documentWriter) begin(n int) {
	for ; w.maps < n; w.maps++ {
		if w.maps > 0 {
			w.close()
		}
		w.print("%q:{", group.Kind(w.maps).String())
		w.filled = false
	}
}

// close ends the map that was begun last.
func (w *documentWriter) close() {
	if w.filled {
		w.print("\n")
	}
	w.print("},\n")
}

// end writes what is only known at the end.
func (w *documentWriter) end() error {
	w.begin(int(group.Kinds))
	w.close()
	w.print("\"results\":[")
	for id, rest := int64(0), w.ids; len(rest) > 0; {
		distance, n := binary.Uvarint(rest)
		if id > 0 {
			w.print(",")
		}
		id, rest = id+int64(distance), rest[n:]
		result, err := validator.AppendResult(nil, &model.Result{Key: group.GroupsKey, ID: strconv.FormatInt(id, 10)})
		if err != nil {
			return err
		}
		w.print("\n%s", result)
	}
	meta := group.NewMeta(w.groups)
	text, err := validator.AppendMeta(nil, &meta)
	if err != nil {
		return err
	}
	w.print("],\n\"count\":%d,\n\"meta\":%s", meta.Count, text)
	if w.asStored {
		w.print(",\n%q:true", AsStoredMember)
	}
	w.print("}\n")
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}
