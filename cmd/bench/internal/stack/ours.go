package stack

import (
	"io"

	"example.com/oxgroups/api/server"
	"example.com/oxgroups/cmd/bench/internal/canned"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// ours is the project's server as it comes, without options.
func ours() (*Stack, error) {
	srv, err := server.New(canned.NewStore())
	if err != nil {
		return nil, err
	}
	reply, buf := canned.Reply(), []byte(nil)
	return &Stack{
		Handler: srv.Handler(),
		Decode: func(body []byte) error {
			var v model.WorkspaceGroupRequest
			return validator.DecodeWorkspaceGroupRequest(body, &v)
		},
		Encode: func(w io.Writer) error {
			buf = validator.AppendWorkspaceGroupDocument(buf[:0], reply) // the server takes its buffers from a pool
			_, err := w.Write(buf)
			return err
		},
	}, nil
}
