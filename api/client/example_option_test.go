package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/time/rate"

	"example.com/oxgroups/api/client"
)

// flaky is an API that gives the replies in turn.
func flaky(replies ...http.HandlerFunc) (url string, closeAPI func()) {
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		replies[min(int(n.Add(1)), len(replies))-1](w, r)
	}))
	return s.URL + "/api/v1", s.Close
}

// silent is an API that reads a request and never answers it.
func silent(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // net/http sees a client leave only after that
	<-r.Context().Done()
}

// update calls the API at url and says what came of it.
func update(url string, opts ...client.Option) {
	c, err := client.New(append([]client.Option{client.WithBaseURL(url), client.WithToken("demo")}, opts...)...)
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	result, err := c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("updated, attempts:", result.Attempts)
}

// The same options serve a client and a call.
func ExampleOption() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Header.Get("Authorization"), r.Header.Get("X-Job"), r.UserAgent())
		answer(200, document)(w, r)
	}))
	defer s.Close()
	c, err := client.New(
		client.WithBaseURL(s.URL),
		client.WithToken("of-the-client"),
		client.WithUserAgent("billing/2.1"),
		client.WithHeader("X-Job", "nightly"),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	_, first := c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"})
	_, second := c.UpdateWorkspaceGroup(context.Background(), 8, client.Update{Name: "Ajax"},
		client.WithToken("of-the-call"), client.WithHeader("X-Job", "repair"))
	fmt.Println(errors.Join(first, second))
	// Output:
	// Bearer of-the-client nightly billing/2.1
	// Bearer of-the-call repair billing/2.1
	// <nil>
}

func ExampleWithBaseURL() {
	_, err := client.New(client.WithBaseURL("http://api.example/api/v1"))
	fmt.Println(err)
	// Output: client: the base URL must begin with "https://": over plain http the token goes to this machine only, unless WithPlainHTTP allows more
}

// Any source of golang.org/x/oauth2 gives the token, here a constant one. For the client credentials grant:
//
//	config := clientcredentials.Config{ClientID: id, ClientSecret: secret, TokenURL: tokenURL}
//	client.WithTokenSource(config.TokenSource(context.Background()))
func ExampleWithTokenSource() {
	url, done := api(200, document)
	defer done()
	update(url, client.WithTokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "demo"})))
	// Output: updated, attempts: 1
}

func ExampleWithTokenSource_failure() {
	url, done := api(200, document)
	defer done()
	update(url, client.WithTokenSource(expired{}))
	// Output: client: no token; set OXGROUPS_TOKEN or use WithToken: the token source gave no token: its server answered 400
}

type expired struct{}

func (expired) Token() (*oauth2.Token, error) {
	return nil, &oauth2.RetrieveError{Response: &http.Response{StatusCode: 400}, ErrorCode: "invalid_grant", Body: []byte("secret")}
}

func ExampleWithMaxAttempts() {
	url, done := flaky(answer(503, ""), answer(502, "<html>"), answer(200, document))
	defer done()
	update(url, client.WithMaxAttempts(3), client.WithBackoff(time.Millisecond, 10*time.Millisecond))
	// Output: updated, attempts: 3
}

func ExampleWithoutRetries() {
	url, done := flaky(answer(503, ""), answer(200, document))
	defer done()
	update(url, client.WithoutRetries())
	// Output: client: the API answered 503 Service Unavailable (request req-1)
}

func ExampleWithBackoff() {
	url, done := flaky(answer(504, ""), answer(200, document))
	defer done()
	update(url, client.WithBackoff(time.Millisecond, time.Second)) // up to 1 ms, 2 ms, 4 ms, and so on, up to 1 s
	// Output: updated, attempts: 2
}

// An API that asks for a long wait is not waited for; the caller is told how long it would be.
func ExampleWithMaxRetryAfter() {
	url, done := flaky(answer(429, "", "Retry-After", "3600"))
	defer done()
	c, err := client.New(client.WithBaseURL(url), client.WithToken("demo"), client.WithMaxRetryAfter(30*time.Second))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	_, err = c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"})
	var refused *client.Error
	if errors.As(err, &refused) {
		fmt.Println(errors.Is(err, client.ErrTooManyRequests), refused.RetryAfter, refused.Attempts)
	}
	// Output: true 1h0m0s 1
}

// Clients for one API can share a budget, so that a program as a whole is gentle on it when it is down.
func ExampleWithRetryBudget() {
	url, done := flaky(answer(503, ""))
	defer done()
	budget := client.NewRetryBudget(1, 0.1) // one retry, and another one for every ten calls that succeed
	for range 2 {
		c, err := client.New(client.WithBaseURL(url), client.WithToken("demo"),
			client.WithRetryBudget(budget), client.WithBackoff(0, 0))
		if err != nil {
			log.Fatal(err)
		}
		_, err = c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"})
		fmt.Println("attempts:", client.Attempts(err))
		c.CloseIdleConnections()
	}
	// Output:
	// attempts: 2
	// attempts: 1
}

func ExampleAttempts() {
	url, done := flaky(answer(503, ""))
	defer done()
	c, err := client.New(client.WithBaseURL(url), client.WithToken("demo"), client.WithBackoff(0, 0))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	_, err = c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"})
	fmt.Println(client.Attempts(err))
	_, err = c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{}) // no name: not sent
	fmt.Println(client.Attempts(err))
	// Output:
	// 4
	// 0
}

func ExampleWithRateLimiter() {
	url, done := api(200, document)
	defer done()
	update(url, client.WithRateLimiter(rate.NewLimiter(10, 1))) // ten requests a second, one at a time
	// Output: updated, attempts: 1
}

func ExampleWithLogger() {
	url, done := api(200, document)
	defer done()
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { // what differs from run to run
			if a.Key == slog.TimeKey || a.Key == "duration" {
				return slog.Attr{}
			}
			return a
		},
	}))
	update(url, client.WithLogger(log))
	// Output:
	// level=DEBUG msg="API request" method=PUT route=/workspace_groups/{id} attempt=1 status=200 request_id=req-1
	// updated, attempts: 1
}

// Settings of one's own for the connection: a proxy, client certificates, more idle connections.
func ExampleWithHTTPClient() {
	url, done := api(200, document)
	defer done()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 256
	update(url, client.WithHTTPClient(&http.Client{Transport: transport}))
	// Output: updated, attempts: 1
}

func ExampleWithTimeout() {
	url, done := flaky(silent)
	defer done()
	c, err := client.New(client.WithBaseURL(url), client.WithToken("demo"),
		client.WithTimeout(10*time.Millisecond)) // for each attempt; the context bounds the call
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	_, err = c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"})
	fmt.Println(errors.Is(err, client.ErrConnection), errors.Is(err, client.ErrTimeout), client.Attempts(err))
	// Output: true true 1
}

func ExampleWithMaxResponseBytes() {
	url, done := api(200, document)
	defer done()
	update(url, client.WithMaxResponseBytes(100))
	// Output: client: the API answered 200 OK (request req-1): the reply is too large: more than 100 bytes
}

func ExampleWithInclude() {
	c, err := client.New()
	if err != nil {
		log.Fatal(err)
	}
	req, err := c.Request(context.Background(), 7, client.Update{Name: "Acme"},
		client.WithInclude(client.IncludeWorkspaces, client.IncludeExternalReferences))
	fmt.Println(req.URL, err)
	// Output: https://api.mavenlink.com/api/v1/workspace_groups/7?include=workspaces%2Cexternal_references <nil>
}

func ExampleWithoutValidation() {
	url, done := api(400, `{"errors":[{"type":"validation","field":"name","message":"can't be blank"}]}`)
	defer done()
	c, err := client.New(client.WithBaseURL(url), client.WithToken("demo"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	_, here := c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{})
	_, there := c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{}, client.WithoutValidation())
	fmt.Println(here)
	fmt.Println(there)
	// Output:
	// client: the update is not valid: name: must not be blank
	// client: the API answered 400 Bad Request (request req-1): name: can't be blank
}

// A stand-in in another container has no certificate.
func ExampleWithPlainHTTP() {
	c, err := client.New(client.WithBaseURL("http://oxgroupsd:8080/api/v1"), client.WithPlainHTTP())
	fmt.Println(c, err)
	// Output: client for http://oxgroupsd:8080/api/v1/ <nil>
}

// Params has the query and header parameters of the operation as openapi.yaml describes them.
func ExampleWithParams() {
	c, err := client.New(client.WithBaseURL("https://api.example/api/v1"))
	if err != nil {
		log.Fatal(err)
	}
	req, err := c.Request(context.Background(), 7, client.Update{Name: "Acme"}, client.WithParams(client.Params{Include: new("workspaces")}))
	fmt.Println(req.URL, err)
	// Output: https://api.example/api/v1/workspace_groups/7?include=workspaces <nil>
}

// Odd values of a reply are left out and listed. A test of an API can insist on there being none.
func ExampleWithStrictReplies() {
	url, done := api(200, `{"results":[{"key":"workspace_groups","id":"7"}],"count":1,
		"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},
		"workspace_groups":{"7":{"id":7,"name":"Acme","company":"yes","created_at":"2013-04-15T16:48:48Z","updated_at":"2013-04-15T16:48:48Z"}}}`)
	defer done()
	c, err := client.New(client.WithBaseURL(url), client.WithToken("demo"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	result, err := c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Group.ID, result.Group.Company, result.Warnings)
	_, err = c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme"}, client.WithStrictReplies())
	fmt.Println(errors.Is(err, client.ErrBadResponse))
	// Output:
	// 7 unset /workspace_groups/7/company: must be a boolean
	// true
}

// A program can tell people why a call takes its time.
func ExampleWithRetryNotify() {
	url, done := flaky(answer(503, ""), answer(200, document))
	defer done()
	update(url, client.WithBackoff(0, 0), client.WithRetryNotify(func(r client.Retry) {
		fmt.Printf("attempt %d: %v; again in %v\n", r.Attempt, r.Err, r.Wait)
	}))
	// Output:
	// attempt 1: client: the API answered 503 Service Unavailable (request req-1); again in 0s
	// updated, attempts: 2
}
