// Package console has what commands read from and write to, and how they end: streams, what is known of a terminal, errors
// and exit codes.
package console

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/term"

	"example.com/oxgroups/api/client"
)

// IO is what a command reads from and writes to, apart from the network and the files it is told to read.
type IO struct {
	In     io.Reader
	Out    io.Writer // data only
	Err    io.Writer // everything else
	Getenv func(string) string

	// How often progress is shown: in a line that changes on a terminal, and in lines of plain text elsewhere. 0 is the
	// default of the command.
	LineInterval, TextInterval time.Duration
	// Client are options of every client, after those of the command.
	Client []client.Option
}

// Process returns the streams of this process.
func Process() IO {
	return IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}
}

// Say writes a line for people.
func (c IO) Say(format string, args ...any) {
	_, _ = fmt.Fprintln(c.Err, Printable(fmt.Sprintf(format, args...)))
}

// Output is stdout. It remembers the first error, because not everything that writes to it reports one.
type Output struct {
	To     io.Writer
	Failed error
}

// Write writes to stdout.
func (o *Output) Write(p []byte) (int, error) {
	n, err := o.To.Write(p)
	if o.Failed == nil {
		o.Failed = err
	}
	return n, err
}

// defaultWidth is the width of a terminal that does not tell its own.
const defaultWidth = 80

// Screen is what a stream leads to: a terminal, or a file or another program.
type Screen struct {
	Terminal bool
	Width    int  // in columns; of a terminal
	Colour   bool // it shows colours, and they are wanted
}

// Screen looks at w, a stream of c. Colours follow no-color.org, and what older programs look at.
func (c IO) Screen(w io.Writer) Screen {
	fd, ok := Terminal(w)
	if !ok {
		return Screen{}
	}
	width, _, err := term.GetSize(fd)
	if err != nil || width <= 0 {
		width = defaultWidth
	}
	colour := c.Getenv("NO_COLOR") == "" && c.Getenv("CLICOLOR") != "0" && c.Getenv("TERM") != "dumb"
	return Screen{Terminal: true, Width: width, Colour: colour}
}

// Terminal returns the descriptor of the terminal that stream is, if it is one.
func Terminal(stream any) (fd int, ok bool) {
	if o, wrapped := stream.(*Output); wrapped {
		stream = o.To
	}
	file, ok := stream.(interface{ Fd() uintptr })
	if !ok {
		return 0, false
	}
	fd = int(file.Fd())
	return fd, term.IsTerminal(fd)
}

// Bold returns text in bold where the screen shows colours.
func (s Screen) Bold(text string) string { return s.styled("1", text) }

// Red returns text in bold red where the screen shows colours.
func (s Screen) Red(text string) string { return s.styled("1;31", text) }

func (s Screen) styled(sgr, text string) string {
	if !s.Colour || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

// ReadAll reads r, which must not have more than limit bytes.
func ReadAll(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(Reader(ctx, r), limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, fmt.Errorf("it is larger than %d bytes", limit)
	}
	return data, err
}

// Interruptible returns what work returns, or the error of ctx when that ends first. What cannot be ended, such as a read from
// stdin, is left behind then, and ends with the program, which has nothing more to do.
func Interruptible[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := work()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// Reader returns a reader from r whose reads end with ctx.
func Reader(ctx context.Context, r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		data, err := Interruptible(ctx, func() ([]byte, error) {
			own := make([]byte, len(p)) // a read that was left behind may still write to it
			n, err := r.Read(own)
			return own[:n], err
		})
		return copy(p, data), err
	})
}

type readerFunc func(p []byte) (int, error)

// Read calls f.
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Version returns the version that the Go tool wrote into the program.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
