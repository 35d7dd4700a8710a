package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"example.com/oxgroups/cmd/bench/internal/stack"
)

// measured returns results in which ours takes 1 us and 16 allocations, and the n-th peer 2n us, in every case.
func measured() []result {
	var results []result
	add := func(c benchCase) {
		r := result{benchCase: c}
		for i, name := range c.stacks {
			r.cells = append(r.cells, cell{stack: name, ns: []float64{9e6, max(1, 2*float64(i)) * 1e3, 0}, allocs: []float64{16}})
		}
		results = append(results, r)
	}
	for _, c := range cases {
		add(c)
	}
	for _, conns := range []int{1, many} {
		m := newMode(conns, "")
		m.latency.stacks, m.cpu.stacks = socketStacks, socketStacks
		add(m.latency.benchCase)
		add(m.cpu.benchCase)
	}
	return results
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := writeJSON(&b, rows(measured())); err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(b.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	for _, row := range list {
		if row["case"] != "request" || row["peer"] != stack.OgenNoOtel {
			continue
		}
		want := map[string]any{
			"case": "request", "peer": "ogen-no-otel", "ours_ns": 1e3, "peer_ns": 4e3, "ratio": 0.25, "ours_allocs": 16.0,
			"peer_allocs": 16.0, "target": 0.45, "holds": true,
		}
		for name, value := range want {
			if row[name] != value {
				t.Errorf("%s is %v, want %v", name, row[name], value)
			}
		}
		return
	}
	t.Error("there is no row for request and ogen-no-otel")
}

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := writeTable(&b, measured()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"case peer ours us peer us ratio target holds ours allocs peer allocs",
		"request ogen 1.00 2.00 0.500 <= 0.25 NO 16 16",
		"request ogen-no-otel 1.00 4.00 0.250 <= 0.45 yes 16 16",
		"request (allocations) <= 16 yes 16",
		"nested (time) 1.00 < 1000 us yes",
		"cpu-32 net-http-alone 1.00 10.0 0.100 16 16",
	} {
		if !strings.Contains(squeeze(b.String()), want+"\n") {
			t.Errorf("the table has no line %q:\n%s", want, b.String())
		}
	}
}

// squeeze makes runs of blanks one and drops those at the ends of lines.
func squeeze(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
	}
	return b.String()
}

func TestChart(t *testing.T) {
	var b bytes.Buffer
	if err := writeChart(&b, measured(), "a <title> & more"); err != nil {
		t.Fatal(err)
	}
	bars := 0
	for d := xml.NewDecoder(bytes.NewReader(b.Bytes())); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "rect" {
			bars++
		}
	}
	want := 0
	for _, r := range measured() {
		for _, name := range charted {
			if r.name == name {
				want += len(r.stacks)
			}
		}
	}
	if bars != want {
		t.Errorf("the chart has %d bars, want %d", bars, want)
	}
	if err := writeChart(io.Discard, nil, ""); err == nil {
		t.Error("a chart of nothing is no error")
	}
}

func TestMedian(t *testing.T) {
	for _, tc := range []struct {
		name   string
		values []float64
		want   float64
	}{
		{"none", nil, 0}, {"one", []float64{3}, 3}, {"odd", []float64{9, 1, 2}, 2}, {"even", []float64{8, 1, 4, 2}, 3},
	} {
		if got := median(tc.values); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, args := range []string{"-rounds 6", "-slice 0s", "extra", "-none"} {
		if _, err := parse(strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	if s, err := parse([]string{"-json", "a", "-svg", "b"}, io.Discard); err != nil || s.json != "a" || s.svg != "b" || s.rounds < minRounds {
		t.Errorf("%+v, %v", s, err)
	}
}
