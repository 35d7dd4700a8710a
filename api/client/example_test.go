package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
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

	c, err := client.New(client.WithBaseURL(url), client.WithToken(client.NewToken("demo")))
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
	fmt.Println(result.Group().Name)
	for _, w := range result.Workspaces() {
		fmt.Println(w.Id, w.Title)
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
	c, err := client.New(client.WithBaseURL(url), client.WithToken(client.NewToken("demo")))
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
	c, err := client.New(client.WithToken(client.NewToken("demo")))
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
	c, err := client.New(client.WithBaseURL(url), client.WithToken(client.NewToken("demo")))
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

func ExampleToken() {
	config := struct {
		URL   string
		Token client.Token
	}{"https://api.example", client.NewToken("5ecret")}
	text, err := json.Marshal(config)
	fmt.Println(string(text), err)
	fmt.Printf("%+v\n", config)
	// Output:
	// {"URL":"https://api.example","Token":"[redacted]"} <nil>
	// {URL:https://api.example Token:[redacted]}
}

func ExampleWithHTTPClient() {
	url, done := api(200, document)
	defer done()
	// A transport of one's own sees every request: for traces, metrics, a proxy, or client certificates.
	hc := &http.Client{Transport: traced{http.DefaultTransport}}
	c, err := client.New(client.WithBaseURL(url), client.WithToken(client.NewToken("demo")), client.WithHTTPClient(hc))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	if _, err := c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"}); err != nil {
		log.Fatal(err)
	}
	// Output: PUT 200
}

type traced struct{ next http.RoundTripper }

func (t traced) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err == nil {
		fmt.Println(r.Method, resp.StatusCode)
	}
	return resp, err
}
