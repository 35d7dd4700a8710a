// Package jsonscan is the JSON runtime of generated decoders and encoders.
package jsonscan
