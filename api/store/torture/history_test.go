package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/oxgroups/gen/model"
	"github.com/anishathalye/porcupine"
)

// request is what an operation of a history asks of a group. The zero one only reads.
type request struct {
	group       int64
	notes       string // "": stays as it is
	add, remove int64  // 0: nobody
}

func (r request) update() model.WorkspaceGroupUpdate {
	u := model.WorkspaceGroupUpdate{Name: nameOf(r.group)}
	if r.notes != "" {
		u.Notes.Set(r.notes)
	}
	if r.add != 0 {
		u.AddWorkspaceIds.Set([]int64{r.add})
	}
	if r.remove != 0 {
		u.RemoveWorkspaceIds.Set([]int64{r.remove})
	}
	return u
}

// on is the state that the request makes of another.
func (r request) on(s state) state {
	if r.notes != "" {
		s.notes = r.notes
	}
	members := slices.Clone(s.members)
	if r.add != 0 && !slices.Contains(members, r.add) {
		members = append(members, r.add)
		slices.Sort(members)
	}
	s.members = slices.DeleteFunc(members, func(id int64) bool { return id == r.remove })
	return s
}

// updatesOfGroups is the model of a group: each update is answered with the state that it leaves.
var updatesOfGroups = porcupine.Model{
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		groups := map[int64][]porcupine.Operation{}
		for _, op := range all {
			id := op.Input.(request).group
			groups[id] = append(groups[id], op)
		}
		var parts [][]porcupine.Operation
		for _, part := range groups {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return state{} },
	Step: func(s, input, output any) (bool, any) {
		next := input.(request).on(s.(state))
		return next.equal(output.(state)), next
	},
	Equal:             func(a, b any) bool { return a.(state).equal(b.(state)) },
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v -> %+v", input, output) },
}

const (
	historyGroups  = 2
	historyClients = 8
	historyOps     = 25 // of each client
	checkTimeout   = time.Minute
)

// history has clients make random updates of the groups first and the one after it, reads both at the end, and returns
// what was seen.
func history(ctx context.Context, to []target, first int64, chance *rand.Rand) ([]porcupine.Operation, error) {
	began := time.Now()
	ops := make([][]porcupine.Operation, historyClients+1)
	errs := make(chan error, historyClients+historyGroups)
	do := func(client int, r request) (ok bool) {
		op := porcupine.Operation{ClientId: client, Input: r, Call: int64(time.Since(began))}
		s, err := to[client%len(to)].update(ctx, r.group, r.update())
		if err != nil {
			errs <- err
			return false
		}
		op.Output, op.Return = s, int64(time.Since(began))
		ops[client] = append(ops[client], op)
		return true
	}
	var wg sync.WaitGroup
	for client := range historyClients {
		choices := rand.New(rand.NewPCG(chance.Uint64(), 0))
		wg.Go(func() {
			for i := 0; i < historyOps && do(client, randomRequest(choices, first, fmt.Sprint(client, ".", i))); i++ {
			}
		})
	}
	wg.Wait()
	for i := range historyGroups {
		do(historyClients, request{group: first + int64(i)})
	}
	close(errs)
	return slices.Concat(ops...), <-errs
}

func randomRequest(choices *rand.Rand, first int64, notes string) request {
	r := request{group: first + choices.Int64N(historyGroups)}
	if choices.IntN(4) == 0 {
		return r
	}
	if choices.IntN(2) == 0 {
		r.notes = notes
	}
	if choices.IntN(2) == 0 {
		r.add = slot(r.group, choices.IntN(slots))
	}
	if choices.IntN(2) == 0 {
		r.remove = slot(r.group, choices.IntN(slots))
	}
	return r
}

// illegal counts the histories, of n, that have no order.
func illegal(t *testing.T, to []target, n int, chance *rand.Rand, c *counts) (found int) {
	t.Helper()
	for i := range n {
		ops, err := history(t.Context(), to, int64(1+i*historyGroups), chance)
		if err != nil {
			t.Fatal(err)
		}
		c.cycles++
		c.acknowledged += len(ops)
		switch porcupine.CheckOperationsTimeout(updatesOfGroups, ops, checkTimeout) {
		case porcupine.Illegal:
			found++
		case porcupine.Unknown:
			t.Fatalf("a history of %d updates was not checked within %v", len(ops), checkTimeout)
		}
	}
	return found
}
