// Package validate is the runtime under generated decoders, validators and encoders: a scanner that reads a document of
// RFC 8259 once, from front to back, under the rules of I-JSON (RFC 7493), and functions that append JSON.
//
// The scanner refuses what two readers could understand differently: duplicate keys at any level, bytes that are not
// UTF-8, lone surrogates, data behind the document, and nesting without end. What it is asked to read but is of another
// type it reports as a violation and skips, so that one pass finds every violation.
//
// It knows no schema: which fields there are and what they may hold is in the generated code.
package validate
