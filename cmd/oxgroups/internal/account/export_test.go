package account

import "time"

// OnSessionBus is for the tests of what depends on it.
const OnSessionBus = onSessionBus

// HangingKeyring returns the keyring of an operating system that answers once released is closed.
func HangingKeyring(released <-chan struct{}, patience time.Duration) Keyring {
	get := func(string, string) (string, error) {
		<-released
		return "", nil
	}
	return system{get: get, patience: patience}
}
