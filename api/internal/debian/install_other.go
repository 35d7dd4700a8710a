//go:build !unix

package debian

import "context"

// Install returns ErrCannot.
func (p Packages) Install(context.Context) error { return ErrCannot }
