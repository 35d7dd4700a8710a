package main

import (
	"testing"

	"example.com/oxgroups/cmd/bench/internal/stack"
)

// The same cases for go test's tools: -bench '/request/ours' -cpuprofile FILE, for example.
func Benchmark(b *testing.B) {
	for _, c := range cases {
		for _, name := range c.stacks {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				s, err := stack.New(name)
				if err != nil {
					b.Fatal(err)
				}
				o := c.op(s)
				if err := o.check(); err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					o.run()
				}
			})
		}
	}
}
