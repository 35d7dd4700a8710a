// Command oxgroups updates workspace groups of the Kantata OX API from a terminal or a script.
//
// It holds the flags, the rendering and the exit codes. What is sent and checked is decided in api/client and in the
// generated packages; the flags of `oxgroups update` come from the fields of openapi.yaml.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that has enough is no failure; see run
	os.Exit(run(context.Background(), os.Args[1:], process()))
}
