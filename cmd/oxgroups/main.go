// Command oxgroups updates workspace groups of the Kantata OX API from a terminal or a script.
//
// Commands are in internal: cli has the tree and the exit codes, update, apply and auth a command each, account decides
// where requests go, and console has the streams. What is sent and checked is decided in api/client and in generated code.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"example.com/oxgroups/cmd/oxgroups/internal/cli"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that has enough is not a failure
	os.Exit(cli.Run(context.Background(), os.Args[1:], console.Process()))
}
