package main

import (
	"io"

	"golang.org/x/term"
)

// defaultWidth is the width of a terminal that does not tell its own.
const defaultWidth = 80

// screen is what a stream leads to: a terminal, or a file or another program.
type screen struct {
	terminal bool
	width    int  // in columns; of a terminal
	colour   bool // it shows colours, and they are wanted
}

// screen looks at w, a stream of the system.
func (s system) screen(w io.Writer) screen {
	fd, ok := terminal(w)
	if !ok {
		return screen{}
	}
	width, _, err := term.GetSize(fd)
	if err != nil || width <= 0 {
		width = defaultWidth
	}
	return screen{terminal: true, width: width, colour: s.wantsColour()}
}

// terminal returns the descriptor of the terminal that stream is, if it is one.
func terminal(stream any) (fd int, ok bool) {
	if o, wrapped := stream.(*output); wrapped {
		stream = o.to
	}
	file, ok := stream.(interface{ Fd() uintptr })
	if !ok {
		return 0, false
	}
	fd = int(file.Fd())
	return fd, term.IsTerminal(fd)
}

// wantsColour follows no-color.org, and what older programs look at.
func (s system) wantsColour() bool {
	return s.getenv("NO_COLOR") == "" && s.getenv("CLICOLOR") != "0" && s.getenv("TERM") != "dumb"
}

// bold returns text in bold where the screen shows colours.
func (s screen) bold(text string) string { return s.styled("1", text) }

// red returns text in bold red where the screen shows colours.
func (s screen) red(text string) string { return s.styled("1;31", text) }

func (s screen) styled(sgr, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

// output is stdout. It remembers the first error, because not everything that writes to it reports one.
type output struct {
	to  io.Writer
	err error
}

// Write writes to stdout.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}
