//go:build !linux

package server

import "net"

// refuseNew does nothing: only Linux can stop taking connections without losing those that wait.
func refuseNew(net.Listener) {}
