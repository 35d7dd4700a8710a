package torture

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/gen/model"
)

// A worker's updates go round in slots workspaces, of which the last held ones are members.
const (
	slots = 12
	held  = 5
)

// worker makes numbered updates of a group of its own. All that an update changes follows from its number: after number n
// the notes, the website and the one reference say n, and the members are those that updates n-held+1 to n added. So what is
// stored tells which update was the last and whether all of it is there.
type worker struct {
	id    int64
	extra string // after the number in the notes, to make updates larger
	acked int    // the last update that was acknowledged
	sent  int    // the last one that was sent: acked or the next
}

func nameOf(id int64) string { return fmt.Sprint("Group ", id) }

func slot(id int64, n int) int64 { return id*100 + int64(n%slots) }

func (w *worker) number(n int) model.WorkspaceGroupUpdate {
	u := model.WorkspaceGroupUpdate{Name: nameOf(w.id)}
	u.Notes.Set(strconv.Itoa(n) + w.extra)
	u.Website.Set(strconv.Itoa(n))
	u.AddWorkspaceIds.Set([]int64{slot(w.id, n)})
	if n > held {
		u.RemoveWorkspaceIds.Set([]int64{slot(w.id, n-held)})
	}
	u.ExternalReference.Set(model.ExternalReferenceUpdate{
		ServiceName: "torture", ServiceModel: "Update", ServiceModelRef: strconv.Itoa(n),
	})
	return u
}

// after is what is stored after update n.
func (w *worker) after(n int) state {
	if n == 0 {
		return state{}
	}
	s := state{notes: strconv.Itoa(n) + w.extra, website: strconv.Itoa(n), references: []string{strconv.Itoa(n)}}
	for i := max(n-held+1, 1); i <= n; i++ {
		s.members = append(s.members, slot(w.id, i))
	}
	slices.Sort(s.members)
	return s
}

// step makes the next update. It may be made again where it failed, for it does the same twice.
func (w *worker) step(ctx context.Context, to target) error {
	w.sent = w.acked + 1
	s, err := to.update(ctx, w.id, w.number(w.sent))
	if err != nil {
		return err
	}
	if want := w.after(w.sent); !s.equal(want) {
		return fmt.Errorf("group %d: update %d was answered with %+v, want %+v", w.id, w.sent, s, want)
	}
	w.acked = w.sent
	return nil
}

// check reads what is stored, says what of it is wrong, and goes on from there.
func (w *worker) check(ctx context.Context, to target) (lost, torn string, err error) {
	s, err := to.update(ctx, w.id, model.WorkspaceGroupUpdate{Name: nameOf(w.id)})
	if err != nil {
		return "", "", fmt.Errorf("read group %d: %w", w.id, err)
	}
	lost, torn = w.judge(s)
	w.acked, _ = strconv.Atoi(s.website)
	w.sent = w.acked
	return lost, torn, nil
}

func (w *worker) judge(s state) (lost, torn string) {
	n, _ := strconv.Atoi(strings.TrimSuffix(s.notes, w.extra))
	if n < w.acked {
		lost = fmt.Sprintf("group %d: update %d was acknowledged, %d is stored", w.id, w.acked, n)
	}
	if want := w.after(n); n > w.sent || !s.equal(want) {
		torn = fmt.Sprintf("group %d: after update %d (of %d sent) %+v is stored", w.id, n, w.sent, s)
	}
	return lost, torn
}
