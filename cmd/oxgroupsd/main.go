// Oxgroupsd is the server: a stand-in for the workspace group endpoint of the Kantata OX API, and what administers its
// store. This package has the commands and their wiring; what they do is in api/server and api/store.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], standardIO()))
}
