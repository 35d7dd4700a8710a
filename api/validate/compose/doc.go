// Package compose is the part of the runtime of generated code that few specs need: schemas that look at the same value
// (allOf, anyOf, oneOf, not), equality of values (enum of objects, uniqueItems) and exact multiples.
//
// Canonical is stable: code by hand may compare JSON values with it. Everything else is called by generated code alone, and may
// change together with the generator.
package compose
