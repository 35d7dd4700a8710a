// Package debian installs Debian packages that tests want, where the tests run as root on a Debian system.
package debian

import "errors"

// ErrCannot says that packages cannot be installed here: the tests do not run as root, or the system is not Debian.
var ErrCannot = errors.New("not root on Debian")

// Packages are what to install.
type Packages struct {
	Names []string
	Found func() bool       // whether what was wanted is there
	Files map[string]string // by name, that are there while the packages are installed
}
