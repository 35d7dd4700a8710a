package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
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
	w.buf = append(w.buf, "{\n"...)
	if named {
		w.buf = fmt.Appendf(w.buf, "%q:%d,\n", AccountMember, account)
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
	if err := validator.DecodeWorkspaceGroupDocument(b.Bytes(), &doc); err != nil && len(violations(validator.DecodeWorkspaceGroupDocument, b.Bytes())) == 0 {
		return doc, err
	}
	return doc, nil
}

// documentWriter writes a document object by object, each on a line of its own.
type documentWriter struct {
	out      *bufio.Writer
	buf      []byte
	maps     int  // how many of the kinds were begun
	filled   bool // the map that was begun last has an object
	groups   int
	ids      []byte // of the groups, each as the distance to the one before
	last     int64  // of the ids
	asStored bool   // an object does not fit the spec
}

func (w *documentWriter) row(k group.Kind, r *group.Row) error {
	shown, bad, err := objectKinds[k].show(r, true)
	if err != nil {
		return err
	}
	w.asStored = w.asStored || len(bad) > 0
	if k == group.GroupKind {
		w.groups++
		w.ids = binary.AppendUvarint(w.ids, uint64(r.ID-w.last))
		w.last = r.ID
	}
	w.begin(int(k) + 1)
	if w.filled {
		w.buf = append(w.buf, ',')
	}
	w.filled = true
	w.buf = append(w.buf, "\n\""...)
	w.buf = append(strconv.AppendInt(w.buf, r.ID, 10), `":`...)
	w.buf = append(w.buf, shown...)
	return w.flush()
}

// begin begins the maps up to the nth, those without objects too.
func (w *documentWriter) begin(n int) {
	for ; w.maps < n; w.maps++ {
		if w.maps > 0 {
			w.close()
		}
		w.buf = validate.AppendString(w.buf, group.Kind(w.maps).String())
		w.buf = append(w.buf, ":{"...)
		w.filled = false
	}
}

// close ends the map that was begun last.
func (w *documentWriter) close() {
	if w.filled {
		w.buf = append(w.buf, '\n')
	}
	w.buf = append(w.buf, "},\n"...)
}

// flush writes what was appended to buf.
func (w *documentWriter) flush() error {
	_, err := w.out.Write(w.buf)
	w.buf = w.buf[:0]
	if err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}

// end writes what is only known at the end.
func (w *documentWriter) end() error {
	w.begin(int(group.Kinds))
	w.close()
	w.buf = append(w.buf, `"results":[`...)
	for id, rest := int64(0), w.ids; len(rest) > 0; {
		distance, n := binary.Uvarint(rest)
		if id > 0 {
			w.buf = append(w.buf, ',')
		}
		id, rest = id+int64(distance), rest[n:]
		w.buf = append(w.buf, '\n')
		var err error
		w.buf, err = validator.AppendResult(w.buf, &model.Result{Key: group.GroupsKey, ID: strconv.FormatInt(id, 10)})
		if err == nil {
			err = w.flush()
		}
		if err != nil {
			return err
		}
	}
	meta := group.NewMeta(w.groups)
	w.buf = fmt.Appendf(w.buf, "],\n\"count\":%d,\n\"meta\":", meta.Count)
	var err error
	if w.buf, err = validator.AppendMeta(w.buf, &meta); err != nil {
		return err
	}
	if w.asStored {
		w.buf = fmt.Appendf(w.buf, ",\n%q:true", AsStoredMember)
	}
	w.buf = append(w.buf, "}\n"...)
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}
