package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// row compares ours with one peer in one case. All figures are medians.
type row struct {
	Case       string   `json:"case"`
	Peer       string   `json:"peer"`
	OursNS     float64  `json:"ours_ns"`
	PeerNS     float64  `json:"peer_ns"`
	Ratio      float64  `json:"ratio"` // ours to the peer's time
	OursAllocs float64  `json:"ours_allocs"`
	PeerAllocs float64  `json:"peer_allocs"`
	Target     *float64 `json:"target,omitempty"` // the largest ratio that is wanted
	Holds      *bool    `json:"holds,omitempty"`
}

func rows(results []result) []row {
	var list []row
	for _, r := range results {
		ours := &r.cells[0]
		for i := range r.cells[1:] {
			peer := &r.cells[i+1]
			line := row{
				Case: r.name, Peer: peer.stack,
				OursNS: ours.medianNS(), PeerNS: peer.medianNS(), Ratio: ours.medianNS() / peer.medianNS(),
				OursAllocs: ours.medianAllocs(), PeerAllocs: peer.medianAllocs(),
			}
			if target, ok := r.targets[peer.stack]; ok {
				holds := line.Ratio <= target
				line.Target, line.Holds = &target, &holds
			}
			list = append(list, line)
		}
	}
	return list
}

// writeJSON writes the rows as one array.
func writeJSON(w io.Writer, list []row) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(list)
}

// writeTable writes the rows for people, and below each case what ours may take at most.
func writeTable(w io.Writer, results []result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "case\tpeer\tours us\tpeer us\tratio\ttarget\tholds\tours allocs\tpeer allocs\t")
	list := rows(results)
	for _, r := range results {
		for _, l := range list {
			if l.Case != r.name {
				continue
			}
			target, holds := "", ""
			if l.Target != nil {
				target, holds = fmt.Sprint("<= ", *l.Target), yes(*l.Holds)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.3f\t%s\t%s\t%.0f\t%.0f\t\n",
				l.Case, l.Peer, us(l.OursNS), us(l.PeerNS), l.Ratio, target, holds, l.OursAllocs, l.PeerAllocs)
		}
		ours := &r.cells[0]
		if max := r.limits.ns; max > 0 {
			fmt.Fprintf(t, "%s\t(time)\t%s\t\t\t< %s us\t%s\t\t\t\n", r.name, us(ours.medianNS()), us(max), yes(ours.medianNS() < max))
		}
		if max := r.limits.allocs; max > 0 {
			fmt.Fprintf(t, "%s\t(allocations)\t\t\t\t<= %.0f\t%s\t%.0f\t\t\n", r.name, max, yes(ours.medianAllocs() <= max), ours.medianAllocs())
		}
	}
	return t.Flush()
}

// us formats nanoseconds as microseconds with three digits or all before the point.
func us(ns float64) string {
	switch v := ns / 1e3; {
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.0f", v)
	}
}

func yes(holds bool) string {
	if holds {
		return "yes"
	}
	return "NO"
}
