// Package compose is the part of the runtime of generated code that few specs need: schemas that look at the same value
// (allOf, anyOf, oneOf, not), equality of values (enum of objects, uniqueItems) and exact multiples. Generated code calls it
// and package validate; its functions may change together with the generator.
package compose
