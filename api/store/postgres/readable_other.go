//go:build !unix

package postgres

import "net"

// readable cannot look into a connection here: one that has gone is noticed when it is used, or once it was idle for long.
func readable(net.Conn) bool { return false }
