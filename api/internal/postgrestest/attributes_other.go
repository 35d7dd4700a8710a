//go:build unix && !linux

package postgrestest

import "syscall"

// attributes has a process run as owner.
func attributes(owner *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: owner}
}
