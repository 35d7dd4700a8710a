//go:build !unix

package server

// defaultConnections is bounded by memory alone where there is no limit of file descriptors.
func defaultConnections() int { return 10_000 }
