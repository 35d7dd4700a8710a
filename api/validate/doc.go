// Package validate is the runtime under generated decoders, validators and encoders: a scanner that reads a document of
// RFC 8259 once, from front to back, under the rules of I-JSON (RFC 7493), and an encoder that appends JSON.
//
// The scanner refuses what two readers could understand differently: duplicate keys at any level, bytes that are not
// UTF-8, lone surrogates, data after the document, and nesting without end. What it is asked to read but is of another
// type it reports as a violation and skips, so that one pass finds every violation. A lenient scanner reads what others
// sent: it takes all that it can and turns the rest into warnings.
//
// It knows no schema: which fields there are and what they may hold is in the generated code.
//
// # What is stable
//
// Code by hand works with what generated functions return, and may rely on these:
//
//   - Errors: [Violation], [Violations], [SyntaxError], [PointerToken], and the constants that bound them.
//   - Descriptions of fields: [Field], [Kind], [FindField], [DottedNames], and [AppendText] and [AppendValue], which make JSON of the
//     text of a flag or a cell.
//   - Reading and writing JSON without a schema: [Scanner] with [NewScanner], [NewLenientScanner], Begin, NextMember, NextItem, the
//     methods that read one value, Skip and End; [AppendString] and [SortedKeys].
//   - [Options] and [Parameters], which are handed to generated code.
//
// Everything else is called by generated code alone, and may change together with the generator: a package that was generated
// by one version is used with the runtime of that version. That is so for [Encoder], for functions that take a pointer to a
// value ([Strings], [List], [Map], [Put], [Nullable] and the like), for Once, Mark, Within, Findings, Rewind and what else a Scanner
// has for bookkeeping, and for the packages compose, format and form below this one, unless their documentation says otherwise.
//
// Start with scanner.go and read.go.
package validate
