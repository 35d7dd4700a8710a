package standin

import (
	"cmp"
	"net/http"
	"sync"

	"example.com/oxgroups/api/front"
	"example.com/oxgroups/api/store"
)

// entry is a request in the journal, in little memory: its exchange has no headers and no Update.
type entry struct {
	id int64 // ascending, without gaps
	*front.Exchange
	token          string // "" for none
	sent, answered fields
	size           int64 // bytes of memory, about
}

// fields are a header in a fifth of the memory that a map takes.
type fields []struct{ name, value string }

func fieldsOf(h http.Header) fields {
	list := make(fields, 0, len(h))
	for name, values := range h {
		for _, value := range values {
			list = append(list, struct{ name, value string }{name, value})
		}
	}
	return list
}

// header returns the fields as they came.
func (f fields) header() http.Header {
	h := http.Header{}
	for _, field := range f {
		h[field.name] = append(h[field.name], field.value)
	}
	return h
}

// sizeOf returns about the memory of an exchange.
func sizeOf(x *front.Exchange) int64 {
	const fixed = 2 << 10 // the headers, and what is around them
	size := fixed + cap(x.Body) + cap(x.Reply) + len(x.Path) + len(x.Query)
	for _, image := range []*store.Image{&x.Seen.Before, &x.Seen.After} {
		for _, rows := range image.Contents {
			for i := range rows {
				size += 200 + cap(rows[i].JSON)
			}
		}
	}
	return int64(size)
}

// journal keeps the last requests. It is safe for concurrent use.
type journal struct {
	most      int
	mostBytes int64

	mu      sync.Mutex
	entries []*entry // ascending by id
	last    int64    // the id that was given last
	bytes   int64
	dropped int64
	cleared int           // how often
	changed chan struct{} // closed and replaced at each change
}

func newJournal(most int, mostBytes int64) *journal {
	return &journal{most: cmp.Or(most, DefaultEntries), mostBytes: cmp.Or(mostBytes, DefaultBytes), changed: make(chan struct{})}
}

// add puts an exchange after the others, and returns its id. The oldest ones go where there are too many.
func (j *journal) add(x *front.Exchange) int64 {
	e := &entry{Exchange: x, size: sizeOf(x), token: front.Token(x.Header), sent: fieldsOf(x.Header), answered: fieldsOf(x.ReplyHeader)}
	x.Header, x.ReplyHeader, x.Update = nil, nil, nil
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	e.id = j.last
	j.entries = append(j.entries, e)
	j.bytes += e.size
	for len(j.entries) > j.most || j.bytes > j.mostBytes && len(j.entries) > 1 {
		j.bytes -= j.entries[0].size
		j.entries[0] = nil
		j.entries = j.entries[1:]
		j.dropped++
	}
	j.announce()
	return e.id
}

// announce wakes those who wait for a change. The mutex is held.
func (j *journal) announce() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// clear forgets all entries. Ids go on.
func (j *journal) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries, j.bytes, j.dropped = nil, 0, 0
	j.cleared++
	j.announce()
}

// get returns an entry, or nil.
func (j *journal) get(id int64) *entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) == 0 || id < j.entries[0].id || id > j.last {
		return nil
	}
	return j.entries[id-j.entries[0].id]
}

// newest returns the id that was given last, and how often the journal was cleared.
func (j *journal) newest() (id int64, cleared int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last, j.cleared
}

// after returns the entries after an id, what else a reader has to know, and a channel that is closed at the next change.
func (j *journal) after(id int64) (list []*entry, cleared int, dropped int64, changed <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) > 0 {
		start := min(max(0, id+1-j.entries[0].id), int64(len(j.entries)))
		list = append(list, j.entries[start:]...)
	}
	return list, j.cleared, j.dropped, j.changed
}
