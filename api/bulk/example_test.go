package bulk_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
)

func ExampleRun() {
	ctx := context.Background()
	input, err := rows.Open("-", strings.NewReader("id,name,notes\n7,Acme,\\N\n8,Initech,\n"), rows.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = input.Close() }()
	source, err := input.Rows()
	if err != nil {
		log.Fatal(err)
	}
	var progress bulk.Progress
	err = bulk.Run(ctx, source, bulk.Options{
		Client:   (&api{answer: refuse}).client(), // or client.New(...)
		Rate:     50,
		Progress: &progress,
		Result: func(r bulk.Result) error {
			if r.Outcome != journal.Applied {
				fmt.Printf("row %d, group %d: %s\n", r.Row.Number, r.Row.ID, r.Reason)
			}
			return nil
		},
	})
	if err != nil {
		log.Fatal(err) // what was not sent can be resumed, with a journal
	}
	fmt.Println(progress.Snapshot().Applied, "applied")
	// Output:
	// row 2, group 8: 404 Record not found
	// 1 applied
}

func refuse(_ int, id int64, _ string) *reply {
	if id == 8 {
		return status(404)
	}
	return nil
}
