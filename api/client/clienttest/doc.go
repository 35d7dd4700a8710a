// Package clienttest gives a test a fake of the Kantata OX API: the real server code on a store in memory, which records
// what it is sent and fails the way it is told to.
//
//	srv := clienttest.New(t)
//	result, err := srv.Client.UpdateWorkspaceGroup(ctx, 7, client.Update{Name: "Acme"})
//
// Each server is apart from all others, so tests can run in parallel. It is closed with its test, and leaves no port, no
// connection and no goroutine behind. [Server.URL] and [Server.Token] are for code that makes its own client, or for a
// program that takes them from OXGROUPS_URL and OXGROUPS_TOKEN.
//
// # Data
//
// Without options the server has sample data: groups 1 to 20, workspaces 1 to 200; group 7 is "Acme" with the workspaces 10
// and 11, an external reference and a rate card set; the token cannot reach the workspaces 101 to 110. Tests that depend on
// data had better say which:
//
//	srv := clienttest.New(t, clienttest.WithGroups(
//		clienttest.Group(1, "Acme", 10, 11), // with workspaces
//		clienttest.Group(2, "Initech"),
//	))
//
// [WithDocumentFile] takes a recording of the vendor's API or what "oxgroupsd export" wrote, [WithToken] tokens that may do
// less. [Server.Group] and [Server.Document] show what is stored now, [Server.Reset] brings the beginning back.
//
// # What was sent
//
// [Server.Requests] and [Server.Last] give each [Request] with its header and body, the typed update that the server
// understood, and the keys that it ignored. A request whose reply the caller has is always there. [Server.Await] is for
// code that sends in the background. The token is not in the header, and Request.Token prints as [redacted].
//
// # Faults
//
// A fault is what goes wrong, and when. It can be there from the start, [WithFault], or come later, [Server.Inject]:
//
//	srv.Inject(clienttest.First(2), clienttest.Status(503).RetryAfter("1"))
//	srv.Inject(clienttest.Nth(3), clienttest.Reset().Applied()) // the update is stored, its answer lost
//	srv.Inject(clienttest.Sometimes(0.1), clienttest.Latency(time.Second))
//
// The client sends again after some faults, and each attempt is a request here; client.WithoutRetries shows what a single one
// comes to. [When] is a function, so a test can make its own; what is random depends on [WithSeed] alone. With [WithoutPort] in a
// bubble of testing/synctest the waiting takes no time.
//
// # Limits
//
// It speaks HTTP/1.1 without TLS. The routes are those of the real server: it updates groups and does nothing else. In its
// place "oxgroupsd serve --demo" is a server for programs that are not tested from Go.
//
// This package compiles the server, echo among it. Import it from tests alone.
package clienttest
