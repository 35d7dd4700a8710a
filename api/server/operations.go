package server

import (
	"context"
	"net/http"
	"sync"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
	gen "example.com/oxgroups/gen/server"
)

// operations are the handlers of the spec's operations: a call of the domain, and its result as a document.
type operations struct{ store group.Updater }

var _ gen.StrictServerInterface = operations{}

// UpdateWorkspaceGroup returns the group as it is after the update. Its errors are those of group.Updater.
func (o operations) UpdateWorkspaceGroup(ctx context.Context, r gen.UpdateWorkspaceGroupRequestObject) (gen.UpdateWorkspaceGroupResponseObject, error) {
	x := exchangeFrom(ctx)
	x.in = includes(r.Params.Include, r.JSONBody)
	x.entry.sawUpdate(r, x.in)
	var err error
	if x.snapshot, err = o.store.Update(ctx, x.ctx.by, r.Id, r.JSONBody.WorkspaceGroup, x.in); err != nil {
		return nil, err
	}
	return (*document)(x), nil
}

// includes returns what the query asks for, and what the body does where the query has no such parameter.
func includes(query *string, body *model.WorkspaceGroupRequest) group.Includes {
	if query != nil {
		return group.ParseIncludes(*query)
	}
	list, _ := body.Include.Value()
	return group.ParseIncludes(list)
}

// document is an exchange whose reply is a 200 with its snapshot.
type document exchange

var _ gen.UpdateWorkspaceGroupResponseObject = (*document)(nil)

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// largestPooled keeps one large reply from holding its memory for good.
const largestPooled = 1 << 20

// VisitUpdateWorkspaceGroupResponse writes the reply through the exchange, which is what is behind the writer that the
// router hands over.
func (d *document) VisitUpdateWorkspaceGroupResponse(http.ResponseWriter) error {
	x := (*exchange)(d)
	buf := buffers.Get().(*[]byte)
	*buf = appendDocument((*buf)[:0], &x.snapshot, x.in)
	err := x.reply(http.StatusOK, *buf, true)
	if cap(*buf) <= largestPooled {
		buffers.Put(buf)
	}
	return err
}
