package validate

import (
	"bytes"
	"cmp"
	"fmt"
)

// What Options leave at zero.
const (
	DefaultMaxDepth      = 64
	DefaultMaxViolations = 100
)

// Options bound what a scanner takes. The zero value is what most callers want.
type Options struct {
	MaxDepth      int  // how deep arrays and objects may be nested; 0 is DefaultMaxDepth
	MaxViolations int  // the length of the list of violations; 0 is DefaultMaxViolations
	RefuseNUL     bool // U+0000 in a string is an error, for stores that cannot hold it
	Response      bool // the document is a response: readOnly fields are read, writeOnly ones are ignored
	Lenient       bool // read what others send: what does not fit is left out and becomes a warning
}

// SyntaxError says where and why a document is not JSON as it should be. It never repeats what the document says.
type SyntaxError struct {
	Offset  int // bytes before the error
	Message string
}

// Error returns the message with its place.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d", e.Message, e.Offset)
}

// Scanner reads one document. Strings that it returns may share memory with the document, which must not be changed
// while they are in use. After a syntax error all methods do nothing and report nothing. It is for one goroutine.
type Scanner struct {
	data       []byte
	pos        int
	depth      int // how many more levels may be opened
	options    Options
	err        *SyntaxError
	violations Violations
	failed     int  // violations found, listed or not
	unlisted   int  // violations for which the list had no place
	again      int  // bytes that were gone back over
	exact      bool // text is not taken for a number, nor a number for text
	scratch    any  // of package compose
}

// NewScanner returns a scanner of data. It is inlined, so that a scanner that does not escape is not allocated.
func NewScanner(data []byte, options Options) *Scanner {
	return &Scanner{data: data, options: options, exact: !options.Lenient, depth: cmp.Or(options.MaxDepth, DefaultMaxDepth)}
}

// NewLenientScanner returns a scanner that reads all that it can of what others send: ids and numbers in either form, duplicate
// keys (the last one counts), lone surrogates as U+FFFD, U+0000, a byte order mark, 1,000 levels. Warnings takes the place of End.
func NewLenientScanner(data []byte, options Options) *Scanner {
	options.Lenient, options.RefuseNUL, options.MaxDepth = true, false, 1000
	return NewScanner(bytes.TrimPrefix(data, []byte("\ufeff")), options)
}

// Warnings checks that nothing but white space follows and returns what did not fit. The error is a *SyntaxError: the
// document is not JSON, and nothing that was read is of use.
func (s *Scanner) Warnings() (Violations, error) {
	switch err := s.End().(type) {
	case nil:
		return nil, nil
	case Violations:
		return err, nil
	default:
		return nil, err
	}
}

// End checks that nothing but white space follows and returns what was found: a *SyntaxError, a Violations, or nil.
func (s *Scanner) End() error {
	if s.err == nil {
		s.space()
		if s.pos < len(s.data) {
			s.fail("unexpected data after the document")
		}
	}
	switch {
	case s.err != nil:
		return s.err
	case s.failed > 0:
		if s.unlisted > 0 {
			last := len(s.violations) - 1
			message := fmt.Sprintf("%d more violations are not listed", s.unlisted+1)
			return append(s.violations[:last:last], Violation{Rule: Unlisted, Message: message})
		}
		return s.violations
	default:
		return nil
	}
}

// Valid reports whether nothing wrong was found so far.
func (s *Scanner) Valid() bool { return s.err == nil && s.failed == 0 }

// Response reports whether the document is a response.
func (s *Scanner) Response() bool { return s.options.Response }

// kinds has the kind of the values that begin with a character.
var kinds = [256]Kind{
	'"': String, '{': Object, '[': Array, 't': Boolean, 'f': Boolean, 'n': Null, '-': Number,
	'0': Number, '1': Number, '2': Number, '3': Number, '4': Number, '5': Number, '6': Number, '7': Number, '8': Number, '9': Number,
}

// Kind returns the kind of the next value without reading it.
func (s *Scanner) Kind() Kind {
	s.space()
	if s.pos >= len(s.data) {
		return Invalid
	}
	return kinds[s.data[s.pos]]
}

// Null reads null, and reports whether the next value was that. Another value is left to be read.
func (s *Scanner) Null() bool {
	if s.pos < len(s.data) && s.data[s.pos] == '"' { // short enough to be inlined, for the usual case
		return false
	}
	return s.null()
}

func (s *Scanner) null() bool { return s.Kind() == Null && s.literal("null") }

// Bool reads a boolean; a value of another type is a violation and skipped.
func (s *Scanner) Bool() (value, ok bool) {
	if s.Kind() != Boolean {
		s.WrongType("a boolean")
		return false, false
	}
	if s.data[s.pos] == 't' {
		return true, s.literal("true")
	}
	return false, s.literal("false")
}

func (s *Scanner) literal(word string) bool {
	if len(s.data)-s.pos < len(word) || string(s.data[s.pos:s.pos+len(word)]) != word {
		s.fail("invalid literal")
		return false
	}
	s.pos += len(word)
	return true
}

// Offset returns the place of the next value, for Raw and Rewind.
func (s *Scanner) Offset() int {
	s.space()
	return s.pos
}

// Raw returns the document from offset to what was read last.
func (s *Scanner) Raw(offset int) []byte {
	if s.err != nil {
		return nil
	}
	return s.data[offset:s.pos]
}

// A document may be read again so many times, and so many bytes of any: it bounds the time of any combination of schema and document.
const (
	maxAgain   = 100
	againOfAny = 16 << 20
)

// Jump continues at offset, behind a value that was read before.
func (s *Scanner) Jump(offset int) {
	if s.err == nil {
		s.pos = offset
	}
}

// Rewind makes the value at offset the next one again, for a rule that looks at a value on its own.
func (s *Scanner) Rewind(offset int) {
	if s.err != nil {
		return
	}
	s.again += s.pos - offset
	if s.again > maxAgain*len(s.data)+againOfAny {
		s.fail("too complex to check")
		return
	}
	s.pos = offset
}

func (s *Scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// fail keeps the first syntax error and ends the document there, which ends every loop of the caller.
func (s *Scanner) fail(message string) {
	if s.err == nil {
		s.err = &SyntaxError{Offset: s.pos, Message: message}
		s.data = s.data[:s.pos]
	}
}

// unexpected is fail for a byte that cannot stand here.
func (s *Scanner) unexpected(want string) {
	if s.pos >= len(s.data) {
		s.fail("unexpected end of the document, " + want + " expected")
		return
	}
	s.fail("unexpected character, " + want + " expected")
}
