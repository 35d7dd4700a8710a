// Oxgroupsd is the server: a stand-in for the workspace group endpoint of the Kantata OX API, and what administers its
// store. This package has the commands and their wiring; what they do is in api/server and api/store.
package main

import (
	"os"
	"runtime/debug"
)

// gcPercent is how much garbage there may be before it is collected, in percent of what is in use. That is a few megabytes:
// with the runtime's default a busy server would collect dozens of times a second. GOGC has the last word.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(run(os.Args[1:], standardIO()))
}
