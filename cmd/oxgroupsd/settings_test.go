package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// config runs oxgroupsd config with an environment and a file, and returns what it prints.
func config(t *testing.T, env map[string]string, file string, args ...string) result {
	t.Helper()
	if file != "" {
		name := filepath.Join(t.TempDir(), "oxgroupsd.yaml")
		if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", name)
	}
	var out, errs strings.Builder
	code := execute(t.Context(), append([]string{"config"}, args...), stdio{
		out: &out, err: &errs, environ: environ(env), getenv: func(name string) string { return env[name] },
	})
	return result{code, out.String(), errs.String()}
}

func setting(t *testing.T, r result, name string) (value, from string) {
	t.Helper()
	for line := range strings.Lines(r.done(t).out) {
		if f := strings.Fields(line); f[0] == name {
			return strings.Join(f[1:len(f)-1], " "), f[len(f)-1]
		}
	}
	t.Fatalf("there is no %s in\n%s", name, r.out)
	return "", ""
}

func TestSources(t *testing.T) {
	env := map[string]string{"OXGROUPSD_DRAIN": "2s", "OXGROUPSD_MAX_BODY": "2", "OXGROUPSD_RATE": "", "HOME": "/"}
	r := config(t, env, "drain: 3s\nmax-body: 3\nburst: 3\nrate: 2.5\ndemo: true\n", "--drain", "1s")
	for name, want := range map[string][2]string{
		"drain": {"1s", "flag"}, "max-body": {"2", "environment"}, "burst": {"3", "file"}, "rate": {"2.5", "file"}, "demo": {"true", "file"},
		"addr": {defaultAddress, "default"}, "work-timeout": {"10s", "default"},
	} {
		if value, from := setting(t, r, name); value != want[0] || from != want[1] {
			t.Errorf("%s is %s by %s, want %s by %s", name, value, from, want[0], want[1])
		}
	}
}

// The file can be named in the environment, and its store is that of every command.
func TestFileOfTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("store: sqlite:/from/file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if value, from := setting(t, config(t, map[string]string{"OXGROUPSD_CONFIG": file}, ""), "store"); value != "sqlite:/from/file" || from != "file" {
		t.Errorf("store is %s by %s", value, from)
	}
}

func TestSettingsRefused(t *testing.T) {
	for _, tc := range []struct {
		name string
		env  map[string]string
		file string
		args []string
		want string
	}{
		{"unknown in the file", nil, "log-levl: debug\n", nil, `did you mean "log-level"?`},
		{"nested in the file", nil, "tls:\n  cert: x\n", nil, "is not a setting"},
		{"no YAML", nil, "{", nil, "settings of the file"},
		{"another file", nil, "config: x\n", nil, "config, which is not a setting"},
		{"unknown in the environment", map[string]string{"OXGROUPSD_ADR": "x"}, "", nil, "OXGROUPSD_ADR"},
		{"no duration", map[string]string{"OXGROUPSD_DRAIN": "hunter2"}, "", nil, "no duration"},
		{"no number", nil, "max-body: hunter2\n", nil, "no int64"},
		{"no level", nil, "", []string{"--log-level", "loud"}, "--log-level"},
		{"no format", nil, "", []string{"--log-format", "xml"}, "--log-format"},
		{"half of TLS", nil, "", []string{"--tls-cert", "x"}, "belong together"},
		{"clients without TLS", nil, "", []string{"--tls-client-ca", "x"}, "needs --tls-cert"},
		{"a token of no demo", nil, "", []string{"--demo-token", "hunter2"}, "needs --demo"},
		{"no such file", nil, "", []string{"--config", "/nowhere.yaml"}, "nowhere.yaml"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := config(t, tc.env, tc.file, tc.args...)
			if r.code != exitUsage || r.out != "" || !strings.Contains(r.err, tc.want) || strings.Contains(r.err, "hunter2") {
				t.Errorf("got %+v, want exit code 2 and %s", r, tc.want)
			}
		})
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	r := config(t, nil, "store: postgres://u:hunter2@h/d\ndemo: true\ndemo-token: hunter2\n")
	if out := r.done(t).out; strings.Contains(out, "hunter2") || !strings.Contains(out, "postgres://u:xxxxx@h/d") {
		t.Errorf("got\n%s", out)
	}
	if out := config(t, nil, "store: postgres://h/d?user=u&password=hunter2\n").done(t).out; strings.Contains(out, "hunter2") {
		t.Errorf("got\n%s", out)
	}
}

func TestVersion(t *testing.T) {
	if out := oxgroupsd(t, "", "version").done(t).out; !strings.Contains(out, "revision") || !strings.Contains(out, "go1.") {
		t.Errorf("got %s", out)
	}
}
