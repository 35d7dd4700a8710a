// Package rows reads updates of many groups from a file: a CSV, a JSON object in each line, or documents as the API returns
// them; compressed with gzip or not. Whatever the format, a row becomes the JSON of an update, and the decoder that is
// generated from the spec says whether it is valid: there are no rules of their own here. Memory does not grow with the
// input, but for 24 bytes a group of a document.
//
// What is sent, in which order and how often is not decided here but in api/bulk.
package rows
