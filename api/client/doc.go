// Package client updates workspace groups of the Kantata OX API (formerly Mavenlink) from Go.
//
// A client needs a token; everything else has a default:
//
//	c, err := client.New(client.WithToken(secret))
//	...
//	result, err := c.UpdateWorkspaceGroup(ctx, 7, client.Update{
//		Name:  "Acme",
//		Notes: client.Null[string](),                  // clear it
//		Email: client.Value("wile@acme.example"),      // set it
//	}, client.WithInclude(client.IncludeWorkspaces))   // every other field stays as it is
//
// Without [WithToken] or [WithTokenSource], and [WithBaseURL], [New] looks at the environment: OXGROUPS_TOKEN and
// OXGROUPS_URL. Make one client and keep it; it is safe for concurrent use. Every [Option] can be given to a call too, and
// holds for that call then.
//
// # Null, left out, and zero
//
// The zero value of an optional field leaves it as it is. [Null] clears it. [Value] sets it, to a zero value as well:
// Value("") is an empty string and not null.
//
// # Results
//
// A [Result] has the group as it was right after the update. Workspaces, references and rate card sets are there when
// [WithInclude] asks for them: as lists in the API's order, and one by one by their ids. Beside them it has the document as
// it came, the header, the request id, how many attempts it took, and what the API says of its rate limit.
//
// # Errors
//
// An update is checked before it is sent. One that the API's description refuses comes back as a [*ValidationError] and
// costs no round trip. What the API answers with a status other than 200 is an [*Error]. Both tell with [errors.Is] which
// row of the API's error table they are, and list each field that is at fault:
//
//	var answer *client.Error
//	switch {
//	case errors.Is(err, client.ErrNotFound): // no such group in the account
//	case errors.Is(err, client.ErrRefused):  // the name is taken, or a workspace is out of reach
//	case errors.Is(err, client.ErrConnection): // no reply: the update may have been applied or not
//	case errors.As(err, &answer): // any other reply; answer.RequestID is what to tell those who run the API
//	}
//
// A call without a reply ends with a [*CallError]: it is [ErrConnection] for a failure of the network, and
// [context.Canceled] or [context.DeadlineExceeded] when the context ended. The causes can be unwrapped. [Attempts] says of
// each error how often the request was sent.
//
// # Retries
//
// A request is sent again, up to [DefaultMaxAttempts] times in all, after
//
//   - the statuses 429, 502, 503 and 504, and
//   - a fault of the connection: it could not be made, it broke, the reply ended early, or the timeout of the attempt ran
//     out.
//
// Nothing else is repeated: not another status, not a reply that is too large or cannot be read, not a certificate that is
// not trusted or another failure of TLS, not a host that does not exist, not an error of middleware, of the token source
// or of the limiter. After a 401 the next call asks the token source anew.
//
// The wait before attempt n is random between 0 and 250 ms x 2^(n-2), 8 s at most ([WithBackoff]). Where the API asks for
// a time with Retry-After, in seconds or as a date, the wait is that and up to a tenth of it more. A time of more than a
// minute ([WithMaxRetryAfter]) is not waited for: the [*Error] comes back at once, with the time in RetryAfter.
//
// The context ends a wait at once, and a wait that would outlast its deadline does not begin; the error then is that of the
// context and the *Error of the last attempt. Without a deadline a call can take some minutes: four attempts of
// [DefaultTimeout] each, and the waits.
//
// A [RetryBudget] bounds the retries of all calls of a client: 20, and one more for five requests that are answered. So a fleet does
// not send four times as much to an API that is down. [WithoutRetries] is for programs that repeat calls themselves.
//
// # Sending twice
//
// An update says what the group shall be, so sending it again leaves the same state, also when the first one was applied
// and only its reply was lost. That holds as long as nobody else writes to the group in between. With another writer, a
// retry overwrites what they wrote after the first attempt, and memberships that they changed are changed back. Where that
// matters, use WithoutRetries, read the group before you repeat an update whose outcome is not known, or let one program
// at a time write to a group.
//
// # Safety
//
// The token goes to the base URL and nowhere else: no redirect is followed, with whatever http.Client, and a request that
// middleware turns elsewhere is not sent. Over plain http it goes to the loopback interface of this machine only. TLS is
// 1.2 or better; an http.Client whose *http.Transport allows less is refused. A reply is bounded after decompression.
//
// No error, no log line and no other value of this package prints the token or the body of a request. Middleware and the
// transport of one's own http.Client do see both.
//
// # Logs and traces
//
// [WithLogger] writes a line for each attempt at level debug, of a fixed list of attributes. For traces and metrics there is
// [WithMiddleware]; with OpenTelemetry it is
//
//	client.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return otelhttp.NewTransport(next) })
//
// which makes a span of each attempt, below the one in the context of the call.
//
// # Tests
//
// Package clienttest, beside this one, is a fake of the API for the tests of programs that use this package.
//
// # What is not here
//
// Types of the API are generated into gen/model, the building of requests into gen/client, the rules into gen/validator.
// The meaning of an update is in api/group.
//
// The module needs Go 1.26 or later.
package client
