// Package document turns updates into merge patches, stored rows into model values, and imported documents into rows.
// Every engine uses it, so what is stored means the same in all of them.
//
// An engine keeps the fields of the spec as one JSON document for each object and only what it joins on in columns of its
// own. No field of the spec is named here but those columns: a new field is stored and returned as it is.
//
// There is no SQL here and no access rule.
package document
