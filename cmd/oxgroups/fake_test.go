package main

import (
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
)

// newFake starts an API in which group 7 can be updated with the token "demo", and other groups stand for what can go wrong.
func newFake() (*clienttest.Server, error) {
	at := time.Date(2013, time.April, 15, 16, 48, 48, 0, time.UTC)
	acme := clienttest.Group(7, "Acme", 10, 11)
	acme.CreatedAt = at
	acme.Company = client.Value(true)
	acme.Notes = client.Value("Prefers rockets")
	const terminal = `{"errors":[{"type":"validation","field":"na\u001b[31mme","message":"red\u001b[0m"}]}`
	return clienttest.Start(
		clienttest.WithClock(func() time.Time { return at }),
		clienttest.WithGroups(acme, clienttest.Group(8, "Initech", 1, 2, 3, 4, 5, 12)),
		clienttest.WithWorkspaces(
			client.Workspace{Id: "10", Title: "Rocket skates", Archived: client.Value(false)},
			client.Workspace{Id: "11", Title: "Tunnel\npaint", Archived: client.Value(true)},
		),
		clienttest.WithToken(clienttest.Token{Secret: "demo"}),
		clienttest.WithToken(clienttest.Token{Secret: "readonly", ReadOnly: true}),
		clienttest.WithFault(clienttest.ForGroup(302), clienttest.Redirect(302, "/elsewhere")),
		clienttest.WithFault(clienttest.ForGroup(429), clienttest.Status(429).RetryAfter("90")),
		clienttest.WithFault(clienttest.ForGroup(500), clienttest.Status(500)),
		clienttest.WithFault(clienttest.ForGroup(503), clienttest.Status(503)),
		clienttest.WithFault(clienttest.ForGroup(900), clienttest.Hang()),
		clienttest.WithFault(clienttest.ForGroup(901), clienttest.Close()),
		clienttest.WithFault(clienttest.ForGroup(902), clienttest.HTML(200)),
		clienttest.WithFault(clienttest.ForGroup(903), clienttest.Status(422).Body(terminal)),
	)
}
