package main

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notify tells systemd how the service is, where it was started by systemd.
func notify(state string) { _, _ = daemon.SdNotify(false, state) }

// watchdog tells systemd until ctx ends that the process is alive, twice as often as it wants to know.
func watchdog(ctx context.Context) {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil || interval <= 0 {
		return
	}
	tick := time.NewTicker(interval / 2)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			notify(daemon.SdNotifyWatchdog)
		case <-ctx.Done():
			return
		}
	}
}
