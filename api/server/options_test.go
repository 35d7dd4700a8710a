package server_test

import (
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
)

func TestNewRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		store  group.Updater
		option server.Option
		want   string
	}{
		"no store":     {nil, server.WithMaxBodyBytes(1), "store"},
		"no body":      {&fake{}, server.WithMaxBodyBytes(0), "body"},
		"no logger":    {&fake{}, server.WithLogger(nil), "logger"},
		"zero timeout": {&fake{}, server.WithTimeouts(server.Timeouts{}), "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := server.New(tc.store, tc.option); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want something about the %s", err, tc.want)
			}
		})
	}
}

func TestMaxBodyBytes(t *testing.T) {
	x := start(t, &fake{}, server.WithMaxBodyBytes(int64(len(good))))
	x.do(t, call{body: good}).group(t)
	x.do(t, call{stream: strings.NewReader(good)}).group(t)
	x.do(t, call{body: good + " "}).refused(t, 413, "system", "", "at most 35 bytes")
}
