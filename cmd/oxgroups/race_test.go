//go:build race

package main

// memoryFactor is how much more memory a program with the race detector takes.
const memoryFactor = 10
