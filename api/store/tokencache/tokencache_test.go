package tokencache_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/tokencache"
)

func ExampleCache() {
	cache := tokencache.New(time.Now)
	hash := group.SecretHash("secret")
	_, generation, known := cache.Get(hash)
	fmt.Println(known)
	cache.Put(hash, group.Caller{TokenID: 1}, generation, time.Now())
	caller, _, known := cache.Get(hash)
	fmt.Println(caller.TokenID, known)
	// Output:
	// false
	// 1 true
}

func TestAge(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now := start
	cache := tokencache.New(func() time.Time { return now })
	hash := group.SecretHash("secret")
	cache.Put(hash, group.Caller{TokenID: 1}, 0, start)
	for _, test := range []struct {
		age  time.Duration
		want bool
	}{
		{0, true}, {tokencache.MaxAge - 1, true}, {tokencache.MaxAge, false}, {-1, false},
	} {
		now = start.Add(test.age)
		if _, _, ok := cache.Get(hash); ok != test.want {
			t.Errorf("at an age of %v the token is known: %v, want %v", test.age, ok, test.want)
		}
	}
}

// TestClearBetween has a token revoked while it is read: what was read is of no use then.
func TestClearBetween(t *testing.T) {
	cache := tokencache.New(time.Now)
	hash := group.SecretHash("secret")
	_, generation, _ := cache.Get(hash)
	cache.Clear()
	cache.Put(hash, group.Caller{TokenID: 1}, generation, time.Now())
	if _, _, ok := cache.Get(hash); ok {
		t.Error("a token that may have been revoked is known")
	}
}

func TestBounded(t *testing.T) {
	cache := tokencache.New(time.Now)
	const tokens = 10_000
	hash := func(i int) (h [32]byte) {
		binary.BigEndian.PutUint32(h[:], uint32(i))
		return h
	}
	for i := range tokens {
		cache.Put(hash(i), group.Caller{TokenID: int64(i)}, 0, time.Now())
	}
	known := 0
	for i := range tokens {
		if _, _, ok := cache.Get(hash(i)); ok {
			known++
		}
	}
	if _, _, ok := cache.Get(hash(tokens - 1)); !ok || known > 4096 {
		t.Errorf("%d tokens are known, the last one: %v", known, ok)
	}
}
