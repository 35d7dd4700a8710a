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
	reply := canned.Reply()
	return &Stack{
		Handler: srv.Handler(),
		Decode: func(body []byte) error {
			var v model.WorkspaceGroupRequest
			return validator.DecodeWorkspaceGroupRequest(body, &v)
		},
		Encode: func(w io.Writer) error {
			text, err := validator.AppendWorkspaceGroupDocument(nil, reply)
			if err != nil {
				return err
			}
			_, err = w.Write(text)
			return err
		},
	}, nil
}
