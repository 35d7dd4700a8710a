package server

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets bounds the memory of the buckets of one kind, to about a megabyte.
const maxBuckets = 4096

// buckets has one token bucket for each key.
type buckets[K comparable] struct {
	limit rate.Limit
	burst int

	mu   sync.Mutex
	held map[K]*rate.Limiter
}

func newBuckets[K comparable](perSecond float64, burst int) *buckets[K] {
	return &buckets[K]{limit: rate.Limit(perSecond), burst: burst, held: map[K]*rate.Limiter{}}
}

// take takes one from the bucket of key. Where that is empty it takes nothing and returns how long it will be.
func (b *buckets[K]) take(key K) time.Duration {
	r := b.of(key).Reserve()
	wait := r.Delay()
	if wait > 0 {
		r.Cancel()
	}
	return wait
}

// wait returns how long the bucket of key will be empty, and takes nothing.
func (b *buckets[K]) wait(key K) time.Duration {
	b.mu.Lock()
	l := b.held[key]
	b.mu.Unlock()
	if l == nil {
		return 0
	}
	if missing := 1 - l.Tokens(); missing > 0 {
		return time.Duration(missing / float64(b.limit) * float64(time.Second))
	}
	return 0
}

// of returns the bucket of key. A full bucket is as good as a new one, so those go first when there are too many.
func (b *buckets[K]) of(key K) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.held[key]
	if l == nil {
		if len(b.held) >= maxBuckets {
			b.evict()
		}
		l = rate.NewLimiter(b.limit, b.burst)
		b.held[key] = l
	}
	return l
}

// evict makes room for a quarter more.
func (b *buckets[K]) evict() {
	for key, l := range b.held {
		if l.Tokens() >= float64(b.burst) {
			delete(b.held, key)
		}
	}
	for key := range b.held { // if too few were full, any of them
		if len(b.held) <= maxBuckets*3/4 {
			break
		}
		delete(b.held, key)
	}
}
