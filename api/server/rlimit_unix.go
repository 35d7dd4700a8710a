//go:build unix

package server

import "syscall"

// reservedFiles are the file descriptors that stores, logs and listeners need.
const reservedFiles = 64

// defaultConnections stays below the limit of file descriptors.
func defaultConnections() int {
	const most = 10_000
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > most+reservedFiles {
		return most
	}
	files := int(limit.Cur)
	return max(files/2, files-reservedFiles)
}
