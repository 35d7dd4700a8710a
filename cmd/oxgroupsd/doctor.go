package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

func newDoctor(std stdio, open opener) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "List stored values that do not fit the spec, and what is wrong with the store",
		Long: `List the stored values that break a rule of the spec, the values of fields that the spec does not have, rows that
name something that is not there, and damage to a SQLite file. Nothing is changed. The exit code is 1 if there is anything
to list.`,
		Example: "  oxgroupsd doctor --store sqlite:groups.db --json",
		Args:    cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write a JSON array of objects with account, kind, id, field, rule and message")
	cmd.RunE = action(func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		return with(ctx, open, func(s group.Store) error {
			out := findingWriter(newFindingTable(std.out))
			if asJSON {
				out = &findingArray{out: std.out}
			}
			return examine(ctx, s, out)
		})
	})
	return cmd
}

// findingWriter shows findings.
type findingWriter interface {
	write(store.Finding) error
	close() error
}

func examine(ctx context.Context, s group.Store, out findingWriter) error {
	count := 0
	report := func(f store.Finding) error {
		count++
		return out.write(f)
	}
	if file, ok := s.(interface {
		Damage(context.Context) ([]string, error)
	}); ok {
		damage, err := file.Damage(ctx)
		if err != nil {
			return err
		}
		for _, text := range damage {
			if err := report(store.Finding{Kind: "file", Rule: "integrity", Message: text}); err != nil {
				return err
			}
		}
	}
	if err := store.Doctor(ctx, s, report); err != nil {
		return err
	}
	if err := out.close(); err != nil {
		return fmt.Errorf("write the findings: %w", err)
	}
	if count > 0 {
		return fmt.Errorf("findings: %d", count)
	}
	return nil
}

// findingTable writes lines for people.
type findingTable struct {
	*tabwriter.Writer
	begun bool
}

func newFindingTable(out io.Writer) *findingTable {
	return &findingTable{Writer: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
}

func (t *findingTable) write(f store.Finding) error {
	if !t.begun {
		t.begun = true
		fmt.Fprintln(t, "ACCOUNT\tOBJECT\tFIELD\tRULE\tPROBLEM")
	}
	_, err := fmt.Fprintf(t, "%d\t%s %s\t%s\t%s\t%s\n", f.Account, f.Kind, f.ID, f.Field, f.Rule, f.Message)
	return err
}

func (t *findingTable) close() error { return t.Flush() }

// findingArray writes a JSON array, a finding a line.
type findingArray struct {
	out   io.Writer
	begun bool
}

func (a *findingArray) write(f store.Finding) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	before := ",\n"
	if !a.begun {
		before = "[\n"
	}
	a.begun = true
	_, err = fmt.Fprintf(a.out, "%s%s", before, text)
	return err
}

func (a *findingArray) close() error {
	end := "\n]\n"
	if !a.begun {
		end = "[]\n"
	}
	_, err := io.WriteString(a.out, end)
	return err
}
