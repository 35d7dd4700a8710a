// Package clienttest is a fake of the API for tests: the real server on a store in memory, which records requests and
// fails as it is told to.
//
//	srv := clienttest.New(t)
//	result, err := srv.Client.UpdateWorkspaceGroup(ctx, 7, client.Update{Name: "Acme"})
//
// Servers are independent of each other, so tests can run in parallel. Code that makes its own client gets [Server.URL]
// and [Server.Token].
//
// # Data
//
// By default there are groups 1 to 20 and workspaces 1 to 200; group 7 is "Acme" with the workspaces 10 and 11, and the
// token has no access to the workspaces 101 to 110. A test can bring its own data:
//
//	srv := clienttest.New(t,
//		clienttest.WithGroups(clienttest.Group(1, "Acme", 10, 11)), // with two workspaces
//		clienttest.WithWorkspaces(clienttest.Workspace(12, "Website")))
//
// [Server.Group] shows what is stored now, [Server.Requests] what was sent.
//
// # Faults
//
// A fault says what goes wrong, a [When] for which requests:
//
//	srv.Inject(clienttest.Nth(2), clienttest.Status(503).Header("Retry-After", "1").Body("down"))
//	srv.Inject(clienttest.Always(), clienttest.Reset().Applied()) // the update is stored, its reply lost
//
// With [WithoutPort], in a testing/synctest bubble, waits take no time.
//
// Import this package from tests only: it compiles the server.
package clienttest
