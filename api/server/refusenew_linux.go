package server

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// refuseNew makes the kernel drop packets that begin new connections to l, by asking for a hop count that packets do not
// have, so that its backlog can be emptied before it is closed. Without it each stop under a load of new connections resets
// some of them.
func refuseNew(l net.Listener) {
	c, ok := l.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	const most = 255
	_ = raw.Control(func(fd uintptr) { // one of them fails on a socket of the other family
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_MINTTL, most)
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_MINHOPCOUNT, most)
	})
}
