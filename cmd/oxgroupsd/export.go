package main

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

func newExport(std stdio, open opener) *cobra.Command {
	var account int64
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write all workspace groups of an account and what belongs to them",
		Long: `Write every workspace group of an account with its references, rate card sets and workspaces to standard
output, as one document that import takes. Equal states give equal bytes.`,
		Example: "  oxgroupsd export --store sqlite:groups.db > groups.json",
		Args:    cobra.NoArgs,
	}
	addAccount(cmd, &account)
	cmd.RunE = action(func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		return with(ctx, open, func(store group.Store) error { return export(ctx, store, account, std.out) })
	})
	return cmd
}

// export writes the document while the engine reads it: only the ids of the groups are held, for the results.
func export(ctx context.Context, store group.Store, account int64, out io.Writer) error {
	w := &documentWriter{out: bufio.NewWriterSize(out, 64<<10)}
	if err := store.Export(ctx, account, w); err != nil {
		return fmt.Errorf("export account %d: %w", account, err)
	}
	return w.end()
}

// documentWriter writes a document object by object, each on a line of its own.
type documentWriter struct {
	out    *bufio.Writer
	buf    []byte
	maps   int  // how many of kinds were begun
	filled bool // the map that was begun last has an object
	groups []string
}

var _ group.Exporter = (*documentWriter)(nil)

// kinds are the maps of a document, in the order in which an engine hands out their objects.
var kinds = [...]string{group.GroupsKey, group.ExternalReferences, group.RateCardSets, group.Workspaces}

// Group writes a group.
func (w *documentWriter) Group(g model.WorkspaceGroup) error {
	w.groups = append(w.groups, g.ID)
	w.object(1, g.ID)
	return w.encoded(validator.AppendWorkspaceGroup(w.buf, &g))
}

// ExternalReference writes a reference.
func (w *documentWriter) ExternalReference(r model.ExternalReference) error {
	w.object(2, r.ID)
	return w.encoded(validator.AppendExternalReference(w.buf, &r))
}

// RateCardSet writes a rate card set.
func (w *documentWriter) RateCardSet(r model.RateCardSet) error {
	w.object(3, r.ID)
	return w.encoded(validator.AppendRateCardSet(w.buf, &r))
}

// Workspace writes a workspace.
func (w *documentWriter) Workspace(v model.Workspace) error {
	w.object(4, v.ID)
	return w.encoded(validator.AppendWorkspace(w.buf, &v))
}

// encoded writes text, or returns the error of its encoder.
func (w *documentWriter) encoded(text []byte, err error) error {
	if err != nil {
		return err
	}
	return w.flush(text)
}

// object begins the object id of the nth map.
func (w *documentWriter) object(n int, id string) {
	w.begin(n)
	if w.filled {
		w.buf = append(w.buf, ',')
	}
	w.filled = true
	w.buf = append(w.buf, '\n')
	w.buf = validate.AppendString(w.buf, id)
	w.buf = append(w.buf, ':')
}

// begin begins the maps up to the nth, those without objects too.
func (w *documentWriter) begin(n int) {
	for ; w.maps < n; w.maps++ {
		switch {
		case w.maps == 0:
			w.buf = append(w.buf, "{\n"...)
		default:
			w.close()
		}
		w.buf = validate.AppendString(w.buf, kinds[w.maps])
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
func (w *documentWriter) flush(appended []byte) error {
	w.buf = appended[:0]
	if _, err := w.out.Write(appended); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}

// end writes what is only known at the end.
func (w *documentWriter) end() error {
	w.begin(len(kinds))
	w.close()
	b := append(w.buf, `"results":[`...)
	for i, id := range w.groups {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '\n')
		var err error
		if b, err = validator.AppendResult(b, &model.Result{Key: group.GroupsKey, ID: id}); err != nil {
			return err
		}
	}
	meta := group.NewMeta(len(w.groups))
	b = fmt.Appendf(b, "],\n\"count\":%d,\n\"meta\":", meta.Count)
	b, err := validator.AppendMeta(b, &meta)
	if err != nil {
		return err
	}
	if err := w.flush(append(b, "}\n"...)); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}
