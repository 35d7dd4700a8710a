package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"time"

	"example.com/oxgroups/api/client"
)

// api stands in for the API in the examples.
func api(status int, body string) (url string, closeAPI func()) {
	s := httptest.NewServer(answer(status, body, "Retry-After", "3"))
	return s.URL + "/api/v1", s.Close
}

func Example() {
	url, done := api(200, document)
	defer done()

	c, err := client.New(client.WithBaseURL(url), client.WithToken("demo"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	result, err := c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{
		Name:            "Acme",
		Notes:           client.Null[string](),        // clear
		Company:         client.Value(true),           // set
		AddWorkspaceIds: client.Value([]int64{9, 10}), // every other field stays as it is
	}, client.WithInclude(client.IncludeWorkspaces))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Group.Name)
	for _, w := range result.Workspaces {
		fmt.Println(w.ID, w.Title)
	}
	// Output:
	// Acme
	// 9 Nine
	// 10 Ten
	// 11 Eleven
}

func ExampleNew() {
	// OXGROUPS_TOKEN and OXGROUPS_URL are used where no option says otherwise.
	c, err := client.New(
		client.WithTimeout(10*time.Second),
		client.WithUserAgent("billing/2.1"),
		client.WithHeader("X-Team", "billing"),
	)
	fmt.Println(c != nil, err)
	// Output: true <nil>
}

func ExampleClient_UpdateWorkspaceGroup() {
	url, done := api(422, `{"errors":[{"type":"validation","message":"Name has already been taken","field":"name"}]}`)
	defer done()
	c, err := client.New(client.WithBaseURL(url), client.WithToken("demo"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	_, err = c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"})
	var answer *client.Error
	switch {
	case errors.Is(err, client.ErrNotFound):
		fmt.Println("there is no group 7")
	case errors.Is(err, client.ErrRefused) && errors.As(err, &answer):
		for _, p := range answer.Errors {
			fmt.Println(p.Field, "-", p.Message)
		}
	}
	// Output: name - Name has already been taken
}

func ExampleClient_Request() {
	c, err := client.New(client.WithBaseURL("https://api.example/api/v1"))
	if err != nil {
		log.Fatal(err)
	}
	req, err := c.Request(context.Background(), 7, client.Update{Name: "Acme"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(req.Method, req.URL)
	// Output: PUT https://api.example/api/v1/workspace_groups/7
}

func ExampleValidationError() {
	c, err := client.New(client.WithToken("demo"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.UpdateWorkspaceGroup(context.Background(), 0, client.Update{Name: "Acme"})
	var invalid *client.ValidationError
	fmt.Println(errors.As(err, &invalid))
	for _, p := range invalid.Problems() {
		fmt.Println(p.Field, p.Message)
	}
	// Output:
	// true
	// id must be at least 1
}

func ExampleError() {
	url, done := api(503, `{"errors":[{"type":"system","message":"Service unavailable"}]}`)
	defer done()
	c, err := client.New(client.WithBaseURL(url), client.WithToken("demo"), client.WithoutRetries())
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	_, err = c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"})
	var answer *client.Error
	if errors.As(err, &answer) {
		fmt.Println(answer.StatusCode, answer.RequestID, answer.RetryAfter, errors.Is(err, client.ErrUnavailable))
	}
	// Output: 503 req-1 3s true
}

func ExampleTransportError() {
	c, err := client.New(client.WithBaseURL("https://api.example/api/v1"), client.WithToken("demo"))
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // the user has gone

	_, err = c.UpdateWorkspaceGroup(ctx, 7, client.Update{Name: "Acme"})
	var ended *client.TransportError
	if errors.As(err, &ended) {
		fmt.Println(errors.Is(err, context.Canceled), errors.Is(err, client.ErrConnection))
		fmt.Println("sent", ended.Attempts, "times, so nothing was changed")
	}
	// Output:
	// true false
	// sent 0 times, so nothing was changed
}

func ExampleValue() {
	url, done := api(200, document)
	defer done()
	c, err := client.New(client.WithBaseURL(url))
	if err != nil {
		log.Fatal(err)
	}
	req, err := c.Request(context.Background(), 7, client.Update{
		Name:    "Acme",
		Notes:   client.Value(""),        // an empty string
		Company: client.Value(false),     // false
		Website: client.Null[string](),   // cleared
		Address: client.Update{}.Address, // left as it is, and so is every field that is not here
	})
	if err != nil {
		log.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	fmt.Println(string(body), err)
	// Output: {"workspace_group":{"name":"Acme","notes":"","company":false,"website":null}} <nil>
}

func ExampleNull() {
	notes := client.Null[string]()
	fmt.Println(notes.IsSpecified(), notes.IsNull())
	// Output: true true
}

func ExampleResult() {
	url, done := api(200, document)
	defer done()
	c, err := client.New(client.WithBaseURL(url), client.WithToken("demo"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	result, err := c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"}, client.WithInclude(client.Includes()...))
	if err != nil {
		log.Fatal(err)
	}

	group := result.Group
	fmt.Println(group.ID, group.Name, group.Notes.IsNull())
	for _, w := range result.Workspaces { // in the order of the API
		fmt.Println("workspace", w.ID, w.Title)
	}
	for _, ref := range result.ExternalReferences {
		fmt.Println("reference", ref.ServiceName, ref.ServiceModelRef)
	}
	fmt.Println("request", result.RequestID, "status", result.StatusCode, "attempts", result.Attempts)
	fmt.Println(len(result.Raw) > 0, result.Header.Get("Content-Type"))
	// Output:
	// 7 Acme true
	// workspace 9 Nine
	// workspace 10 Ten
	// workspace 11 Eleven
	// reference jira A-1
	// request req-1 status 200 attempts 1
	// true application/json
}

// Programs that take an Updater can be tested with a fake of their own. Package clienttest is a whole server.
func ExampleParseResult() {
	rename := func(ctx context.Context, groups client.Updater, id int64, name string) (string, error) {
		result, err := groups.UpdateWorkspaceGroup(ctx, id, client.Update{Name: name})
		if err != nil {
			return "", err
		}
		return result.Group.Name, nil
	}
	fmt.Println(rename(context.Background(), fake{}, 7, "Acme"))
	fmt.Println(rename(context.Background(), fake{}, 7, "taken"))
	// Output:
	// Acme <nil>
	//  client: the API answered 422 Unprocessable Entity: name: has already been taken
}

type fake struct{}

func (fake) UpdateWorkspaceGroup(_ context.Context, id int64, update client.Update, _ ...client.Option) (*client.Result, error) {
	if update.Name == "taken" {
		return nil, &client.Error{StatusCode: 422, Errors: []client.Problem{{Field: "name", Message: "has already been taken"}}}
	}
	return client.ParseResult(fmt.Appendf(nil, `{"results":[{"key":"workspace_groups","id":"%[1]d"}],
		"workspace_groups":{"%[1]d":{"id":"%[1]d","name":%[2]q}}}`, id, update.Name))
}

// FromPtr takes optional values of other packages as they are.
func ExampleFromPtr() {
	contact := struct{ Email, Phone *string }{Email: new("wile@acme.example")}
	update := client.Update{Name: "Acme", Email: client.FromPtr(contact.Email), PhoneNumber: client.FromPtr(contact.Phone)}
	fmt.Println(update.Email, update.PhoneNumber, update.Website)
	// Output: wile@acme.example null unset
}

// A derived client shares connections, limiter and retry budget.
func ExampleClient_With() {
	c, err := client.New(client.WithBaseURL("https://api.example/api/v1"))
	if err != nil {
		log.Fatal(err)
	}
	tenant, err := c.With(client.WithToken("of-the-tenant"), client.WithHeader("X-Tenant", "acme"))
	fmt.Println(tenant, err)
	// Output: client for https://api.example/api/v1/ <nil>
}
