// Package client updates workspace groups of the Kantata OX API (formerly Mavenlink) from Go.
//
// A client needs a token; everything else has a default:
//
//	c, err := client.New(client.WithToken(client.NewToken(secret)))
//	...
//	result, err := c.UpdateWorkspaceGroup(ctx, 7, client.Update{
//		Name:  "Acme",
//		Notes: client.Null[string](),                  // clear it
//		Email: client.Value("wile@acme.example"),      // set it
//	}, client.WithInclude(client.IncludeWorkspaces))   // every other field stays as it is
//
// Without [WithToken] and [WithBaseURL], [New] looks at the environment: OXGROUPS_TOKEN and OXGROUPS_URL.
//
// # Null, left out, and zero
//
// The zero value of an optional field leaves it as it is. [Null] clears it. [Value] sets it, to a zero value as well:
// Value("") is an empty string and not null.
//
// # Errors
//
// An update is checked before it is sent. One that the API's description refuses comes back as a [*ValidationError] and
// costs no round trip. What the API answers with a status other than 200 is an [*Error]. Both tell with [errors.Is] which
// row of the API's error table they are, and list each field that is at fault. [ErrConnection] marks a failure of the
// network, [context.Canceled] and [context.DeadlineExceeded] that a context ended.
//
// No error, and no other value of this package, prints the token or the body of a request.
//
// # Sending twice
//
// An update says what the group shall be, so sending it again leaves the same state. That holds as long as nobody else
// writes to the group in between: then the second time overwrites what they wrote.
//
// # What is not here
//
// Types of the API are generated into gen/model, the building of requests into gen/client, the rules into gen/validator.
// The meaning of an update is in api/group.
//
// The module needs Go 1.26 or later.
package client
