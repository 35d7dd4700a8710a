package server

import (
	"context"
	"net/http"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
	gen "example.com/oxgroups/gen/server"
)

// operations are the handlers of the spec's operations: a call of the domain, and its result as the reply of an exchange.
// Each exchange has its own, so that none has to be looked up in a context.
type operations struct {
	x     *exchange
	store group.Updater
}

var _ gen.StrictServerInterface = operations{}

// UpdateWorkspaceGroup answers with the group as it is after the update. Its errors are those of group.Updater. The store
// gets the context of the exchange, which ends in time, in place of the connection's.
func (o operations) UpdateWorkspaceGroup(_ context.Context, r gen.UpdateWorkspaceGroupRequestObject) (gen.UpdateWorkspaceGroupResponseObject, error) {
	x, in := o.x, includes(r.Params.Include, r.JSONBody)
	x.entry.sawUpdate(r, in)
	snapshot, err := o.store.Update(&x.lasting.ctx, x.by, r.ID, r.JSONBody.WorkspaceGroup, in)
	if err != nil {
		return nil, err
	}
	if snapshot.JSON != nil {
		x.body = append(x.body, snapshot.JSON...)
		return (*document)(x), nil
	}
	x.body = appendDocument(x.body, &snapshot, in)
	return (*document)(x), nil
}

// includes returns what the query asks for, and what the body does where the query has no such parameter.
func includes(query *string, body *model.WorkspaceGroupRequest) group.Includes {
	if query != nil {
		return group.ParseIncludes(*query)
	}
	if list, ok := body.Include.Value(); ok {
		return group.ParseIncludes(list)
	}
	return group.Includes{}
}

// document is an exchange whose reply is a 200 with the document in its body.
type document exchange

var _ gen.UpdateWorkspaceGroupResponseObject = (*document)(nil)

// VisitUpdateWorkspaceGroupResponse writes the reply through the exchange, which is what is behind the writer that the
// router hands over.
func (d *document) VisitUpdateWorkspaceGroupResponse(http.ResponseWriter) error {
	return (*exchange)(d).reply(http.StatusOK, true)
}
