// Package client updates workspace groups of the Kantata OX API (formerly Mavenlink).
//
//	c, err := client.New(client.WithToken(secret))
//	...
//	result, err := c.UpdateWorkspaceGroup(ctx, 7, client.Update{
//		Name:  "Acme",
//		Notes: client.Null[string](),                // clear it
//		Email: client.Value("wile@acme.example"),    // set it
//	}, client.WithInclude(client.IncludeWorkspaces)) // every other field stays as it is
//
// Make one client and keep it. [Client.With] derives clients that share its connections, limiter and retry budget, and
// every [Option] can be given to a single call.
//
// # Errors
//
// An update is checked before it is sent ([*ValidationError]). A reply that is not the result is an [*Error], a call
// without a reply a [*TransportError]:
//
//	var answer *client.Error
//	switch {
//	case errors.Is(err, client.ErrNotFound): // no such group in the account
//	case errors.Is(err, client.ErrRefused): // the name is taken, or a workspace is out of reach
//	case errors.Is(err, client.ErrConnection): // no reply: the update may have been applied
//	case errors.As(err, &answer): // any other reply; answer.Errors has the reasons
//	}
//
// # Replies
//
// Replies are read leniently: ids and numbers in either form, unknown values of an enum, missing keys. What does not fit
// is left out of the [Result], listed in its Warnings, and still in its Raw document.
//
// # Retries
//
// A request is sent again, up to [DefaultMaxAttempts] times in all, after 408, 429, statuses of 5xx that may pass, and
// faults of the connection. After a timeout it is sent again only if it had not been sent yet, and after a 401 once if a
// token source has another token. The wait is random up to 250 ms, then up to 500 ms, and so on ([WithBackoff]); after a
// 429 at least 1 s, 2 s, 4 s; and Retry-After if the API sends it, up to [WithMaxRetryAfter]. It ends with the context. A
// [RetryBudget] bounds the retries of all calls together.
//
// An update says what the group shall be, so sending it twice leaves the same state, unless someone else writes to the
// group in between. If that matters, use [WithoutRetries].
//
// # Safety
//
// The token goes to the base URL only: redirects are not followed, and plain http is for this machine unless
// [WithPlainHTTP] is given. TLS is 1.2 or better. No error and no log line has the token or the body of a request.
//
// # Tests and traces
//
// Package clienttest is a fake of the API. [ParseResult] makes results for a program's own fakes. [WithMiddleware] takes
// a wrapper such as otelhttp.NewTransport, which then makes a span of each attempt.
//
// The module needs Go 1.26 or later.
package client
