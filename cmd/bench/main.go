// Command bench measures the project's server beside its peers on the same openapi.yaml, in one run:
//
//   - ogen, as it generates a server by default, and without OpenTelemetry
//   - oapi-codegen's strict server on echo with echo's own binder, behind kin-openapi's request filter ("kin-openapi"),
//     which ends at the first violation unless it is told to go on ("kin-openapi-all")
//   - net/http and encoding/json, which validate nothing ("net-http")
//
// Each stack has a process of its own, with the same canned store, token and request id behind it. The program prints
// one table and can write it as JSON and as a chart. All figures are medians over rounds in which the stacks take turns,
// so compare the ratios: the times are those of the machine and of the moment. It needs a Unix system.
//
// It is a module of its own, so that no peer gets into the project's go.mod. The code of the peers is not committed:
// `go generate` writes it into gen/ from openapi.yaml, and internal/peergen says how. `make bench` does both.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"

	"example.com/oxgroups/cmd/bench/internal/stack"
)

//go:generate go run ./internal/peergen

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
		stop()
		os.Exit(1)
	}
}

// minRounds is what a median needs to mean something.
const minRounds = 7

type settings struct {
	json, svg string
	rounds    int
	slice     time.Duration
	serve     string
	durable   bool
}

func parse(args []string, stderr io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.json, "json", "", "write the rows of the table to this `FILE`")
	flags.StringVar(&s.svg, "svg", "", "draw a chart of this run into this `FILE`")
	flags.IntVar(&s.rounds, "rounds", 25, "how often each stack has its turn, at least 7")
	flags.DurationVar(&s.slice, "slice", 40*time.Millisecond, "how long one turn is; three times this over a socket")
	flags.BoolVar(&s.durable, "durable", false, "measure only the server on SQLite beside echo")
	flags.StringVar(&s.serve, "serve", "", "be the process of this `STACK`; the program starts itself so")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("unknown argument %q", flags.Arg(0))
	case s.rounds < minRounds:
		return s, fmt.Errorf("-rounds must be at least %d", minRounds)
	case s.slice <= 0:
		return s, errors.New("-slice must be above zero")
	}
	return s, nil
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if s.serve != "" {
		return serve(ctx, s.serve, stdin, stdout)
	}
	durable, err := measureDurable(ctx, s.rounds, 3*s.slice)
	if err != nil {
		return err
	}
	if s.durable {
		_, err := fmt.Fprintln(stdout, strings.Join(durable, "\n"))
		return err
	}
	results, err := measureAll(ctx, s)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, title(s.rounds))
	if err := writeTable(stdout, results); err != nil {
		return err
	}
	fmt.Fprintln(stdout, strings.Join(durable, "\n"))
	return errors.Join(
		writeFile(s.json, func(w io.Writer) error { return writeJSON(w, rows(results)) }),
		writeFile(s.svg, func(w io.Writer) error { return writeChart(w, results, title(s.rounds)) }),
	)
}

// measureAll starts a process for each stack, measures them, and ends them.
func measureAll(ctx context.Context, s settings) (results []result, err error) {
	processes := map[string]*process{}
	defer func() {
		for _, p := range processes {
			err = errors.Join(err, p.stop())
		}
	}()
	for _, name := range stack.Names {
		if processes[name], err = startProcess(ctx, name); err != nil {
			delete(processes, name)
			return nil, err
		}
	}
	if results, err = measure(ctx, processes, s.rounds, s.slice); err != nil {
		return nil, err
	}
	sockets, err := measureSockets(ctx, processes, s.rounds, 3*s.slice)
	return append(results, sockets...), err
}

// title says what the figures hold for.
func title(rounds int) string {
	return fmt.Sprintf("Medians of %d rounds, %s, %s/%s, GOMAXPROCS %d",
		rounds, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
}

// writeFile writes to a new file, or does nothing where no name was given.
func writeFile(name string, write func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
