package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

const deploy = "deploy"

// Every metric that the dashboard asks for is one that /metrics has.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(deploy, "grafana.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	p := startProcess(t, "--demo", "--store", "memory:", "--ops", ":0", "--rate", "0.001", "--burst", "2")
	ops := "http://" + p.awaitLog(t, `operations listener.* address=(\S+)`)
	p.put(t, "", "demo", update)
	p.put(t, "", "demo", `{"workspace_group":{}}`) // a violation
	p.put(t, "", "demo", update)                   // more than the rate
	_, metrics := get(t, ops+"/metrics")
	name := regexp.MustCompile(`\b(?:oxgroups|go|process)_[a-z_]+`)
	queries := 0
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			for _, metric := range name.FindAllString(target.Expr, -1) {
				queries++
				if !strings.Contains(metrics, "\n"+metric+"{") && !strings.Contains(metrics, "\n"+metric+" ") {
					t.Errorf("%s asks for %s, which /metrics does not have", panel.Title, metric)
				}
			}
		}
	}
	if queries < 10 {
		t.Errorf("only %d metrics were found in the queries", queries)
	}
	p.stop(t, syscall.SIGTERM)
}

// The settings that are shipped are ones that serve takes.
func TestShippedSettings(t *testing.T) {
	r := oxgroupsd(t, "", "config", "--config", filepath.Join(deploy, "oxgroupsd.yaml")).done(t)
	if _, from := setting(t, r, "store"); from != "file" {
		t.Errorf("the store is from the %s", from)
	}
	unit, err := os.ReadFile(filepath.Join(deploy, "oxgroupsd.service"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(unit), "oxgroupsd serve --config ") || !strings.Contains(string(unit), "Type=notify") {
		t.Error("the unit does not start serve with notification")
	}
	compose, err := os.ReadFile(filepath.Join(deploy, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`command: serve (.*)`).FindStringSubmatch(string(compose))
	if command == nil {
		t.Fatal("compose.yaml does not serve")
	}
	for name, file := range map[string]string{"image": "deploy/Containerfile", "job": "README.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		env := map[string]string{}
		for _, m := range regexp.MustCompile(`(OXGROUPSD_[A-Z_]+)(?:=|: "?)([^\s"]+)`).FindAllStringSubmatch(string(text), -1) {
			env[m[1]] = m[2]
		}
		if len(env) != 3 {
			t.Errorf("the %s sets %v", name, env)
		}
		config(t, env, "", strings.Fields(command[1])...).done(t)
	}
}

// What an image serves by its settings and the command of compose.yaml is a stand-in that other machines reach.
func TestStandInInAContainer(t *testing.T) {
	p := startCommand(t, "serve", "--addr", "0.0.0.0:0", "--ops", "0.0.0.0:0", "--store", "memory:", "--demo", "--demo-token", "only-for-tests", "--plain-http")
	port := p.awaitLog(t, `operations listener.*address=\S*:(\d+)`)
	if status, body := get(t, "http://localhost:"+port+"/requests"); status != 200 || !strings.Contains(body, `"requests":[]`) {
		t.Errorf("the journal is %d %s", status, body)
	}
	p.stop(t, syscall.SIGTERM)
}
