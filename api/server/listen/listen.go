// Package listen opens the listeners of a server: TCP, Unix sockets, and what systemd hands over. It loads their
// certificates, too.
package listen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	"github.com/coreos/go-systemd/v22/activation"
)

const unixScheme = "unix:"

// ErrAddress says that an address cannot be used, whatever there is on the machine.
var ErrAddress = errors.New("the address has to be HOST:PORT, 127.0.0.1:8080 for example, or unix:PATH")

// Resolve returns the address that "HOST:PORT" or "unix:PATH" stands for. It returns ErrAddress for any other text.
func Resolve(address string) (net.Addr, error) {
	if path, ok := strings.CutPrefix(address, unixScheme); ok && path != "" {
		return &net.UnixAddr{Name: path, Net: "unix"}, nil
	}
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w (%q)", ErrAddress, address)
	}
	return resolved, nil
}

// Open listens on an address. A socket that a process which is gone left behind is replaced.
func Open(address net.Addr) (net.Listener, error) {
	if address.Network() == "unix" {
		if err := removeStale(address.String()); err != nil {
			return nil, err
		}
	}
	var config net.ListenConfig
	config.SetMultipathTCP(false) // such a socket cannot stop taking connections without losing some
	return config.Listen(context.Background(), address.Network(), address.String())
}

// removeStale removes a socket on which nobody listens. Any other file stays, and listening fails.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSocket == 0 {
		return nil
	}
	conn, err := net.Dial("unix", path)
	if err == nil {
		return errors.Join(fmt.Errorf("another process listens on %s", path), conn.Close())
	}
	return os.Remove(path)
}

// IsLoopback reports whether nobody on another machine can reach an address.
func IsLoopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return !ok || tcp.IP.IsLoopback()
}

// inherited hides what a listener can do beside accepting: the socket belongs to systemd, which keeps it open.
type inherited struct{ net.Listener }

// Inherited returns the listeners that systemd opened for this process (socket activation), none without systemd. A
// socket whose FileDescriptorName is "ops" is for operations, all others are for the API.
func Inherited() (api, ops []net.Listener, err error) {
	named, err := activation.ListenersWithNames()
	if err != nil {
		return nil, nil, fmt.Errorf("sockets of systemd: %w", err)
	}
	for name, listeners := range named {
		for _, ln := range listeners {
			switch {
			case ln == nil: // not a stream socket
			case name == "ops":
				ops = append(ops, inherited{ln})
			default:
				api = append(api, inherited{ln})
			}
		}
	}
	return api, ops, nil
}
