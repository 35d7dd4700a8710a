package served_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"example.com/oxgroups/api/validate/wire"
	"example.com/oxgroups/cmd/validatorgen/internal/served/chiserver"
	"example.com/oxgroups/cmd/validatorgen/internal/served/model"
	"example.com/oxgroups/cmd/validatorgen/internal/served/server"
	"example.com/oxgroups/cmd/validatorgen/internal/served/stdserver"
)

// plainHandler answers as handler does, for net/http and chi.
type plainHandler struct{}

var (
	_ stdserver.Handler = plainHandler{}
	_ chiserver.Handler = chiHandler{}
)

// chiHandler is plainHandler with the struct of several bodies that the package for chi has.
type chiHandler struct{ plainHandler }

func (h chiHandler) ReplacePet(w http.ResponseWriter, r *http.Request, id int64, body *chiserver.ReplacePetBody) error {
	return h.plainHandler.ReplacePet(w, r, id, (*stdserver.ReplacePetBody)(body))
}

func write(w http.ResponseWriter, format string, args ...any) error {
	_, err := fmt.Fprintf(w, format, args...)
	return err
}

func (plainHandler) ListPets(w http.ResponseWriter, r *http.Request, params model.ListPetsParams) error {
	if r.URL.Query().Get("reply") != "" {
		return stdserver.ReplyListPets200(w, &[]model.Pet{{Name: "Tom"}, {Name: "Rex"}})
	}
	return write(w, "%s", text(params))
}

func (plainHandler) AddPet(w http.ResponseWriter, _ *http.Request, body *model.Pet) error {
	if body.Name == "taken" {
		return chiserver.ReplyAddPetDefault(w, http.StatusConflict, &model.Problem{Title: "taken"})
	}
	return stdserver.ReplyAddPet201(w, body)
}

func (plainHandler) PetsOn(w http.ResponseWriter, _ *http.Request, ids []string, day openapi_types.Date) error {
	if day.Year() == 1970 {
		return stdserver.ReplyPetsOn200(w, map[string]any{"ids": append(ids, "one", "too many")})
	}
	return stdserver.ReplyPetsOn200(w, map[string]any{"ids": ids, "day": day})
}

func (plainHandler) ReplacePet(w http.ResponseWriter, _ *http.Request, id int64, body *stdserver.ReplacePetBody) error {
	for _, stream := range []*wire.Stream{body.Multipart, body.ImageWildcard, body.ApplicationOctetStream} {
		if stream == nil {
			continue
		}
		data, err := io.ReadAll(stream)
		if err != nil {
			return err
		}
		return write(w, "%d stream %s %d", id, stream.ContentType, len(data))
	}
	return write(w, "%d %s", id, text(body))
}

type who struct{}

func (plainHandler) DeletePet(w http.ResponseWriter, r *http.Request, _ int64) error {
	w.Header().Set("Who", fmt.Sprint(r.Context().Value(who{})))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (plainHandler) TakeNote(w http.ResponseWriter, _ *http.Request, body *model.Pet) error {
	return write(w, "%s", text(body))
}

func (plainHandler) TakeNoteAlias0(w http.ResponseWriter, _ *http.Request, body *model.Pet) error {
	return write(w, "alias %s", text(body))
}

func (plainHandler) TakeAnything(w http.ResponseWriter, _ *http.Request, body *json.RawMessage) error {
	return write(w, "%s", text(body))
}

func (plainHandler) SendForm(w http.ResponseWriter, _ *http.Request, body *model.Owner) error {
	return write(w, "%s", text(body))
}

func (plainHandler) N2FaEnable(w http.ResponseWriter, _ *http.Request, body *model.N2FaEnableJSONRequestBody) error {
	return write(w, "%s", text(body))
}

func (plainHandler) GetRange(w http.ResponseWriter, _ *http.Request, from int, to string) error {
	return write(w, "%d to %s", from, to)
}

func (plainHandler) ArchiveRanges(w http.ResponseWriter, _ *http.Request) error {
	return write(w, "archived")
}

func (plainHandler) PlaceOrder(w http.ResponseWriter, _ *http.Request, params model.PlaceOrderParams, body *model.Order) error {
	if params.Dry != nil && *params.Dry {
		return stdserver.ReplyPlaceOrder202(w, body.Price)
	}
	return stdserver.ReplyPlaceOrder201(w, body)
}

func (plainHandler) Upload(w http.ResponseWriter, _ *http.Request, body *model.UploadMultipartRequestBody) error {
	return write(w, "%s", uploaded(body))
}

func (plainHandler) SendStyled(w http.ResponseWriter, _ *http.Request, body *model.SendStyledFormdataRequestBody) error {
	return write(w, "%s", text(body))
}

func (plainHandler) GetStyles(w http.ResponseWriter, _ *http.Request, label int, matrix []int, point model.Point, params model.GetStylesParams) error {
	return write(w, "%d %v %s %s", label, matrix, text(point), text(params))
}

// plainOptions are the options of echo for net/http.
func plainOptions(o server.Options) stdserver.Options {
	return stdserver.Options{
		MaxBody: o.MaxBody, BracketedForms: o.BracketedForms, ErrorHandler: answer,
		Authenticators: map[string]stdserver.Authenticator{"token": plainToken, "key": plainKey, "oauth": plainOauth},
	}
}

// chiOptions are the options of echo for chi.
func chiOptions(o server.Options) chiserver.Options {
	return chiserver.Options{
		MaxBody: o.MaxBody, BracketedForms: o.BracketedForms, ErrorHandler: answer,
		Authenticators: map[string]chiserver.Authenticator{"token": plainToken, "key": plainKey, "oauth": plainOauth},
	}
}

func plainToken(r *http.Request, _ []string) (context.Context, error) {
	if r.Header.Get("Authorization") != good[len("Authorization: "):] {
		return nil, &wire.StatusError{Code: http.StatusUnauthorized, Message: "token"}
	}
	return context.WithValue(r.Context(), who{}, "token"), nil
}

func plainKey(r *http.Request, _ []string) (context.Context, error) {
	if r.Header.Get("X-Key") == "" {
		return nil, &wire.StatusError{Code: http.StatusForbidden, Message: "key"}
	}
	return nil, nil
}

func plainOauth(r *http.Request, scopes []string) (context.Context, error) {
	if r.Header.Get("X-Scopes") != strings.Join(scopes, " ") {
		return nil, &wire.StatusError{Code: http.StatusForbidden, Message: "scopes " + strings.Join(scopes, " ")}
	}
	return nil, nil
}

// Without an error handler, net/http answers with the status and tells what the client can mend.
func TestWriteError(t *testing.T) {
	mux := http.NewServeMux()
	o := plainOptions(options())
	o.ErrorHandler = nil
	if err := stdserver.Register(mux, "/v1", plainHandler{}, o); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(mux)
	defer s.Close()
	for _, tc := range []struct {
		name string
		call call
		want int
		says string
	}{
		{"a violation", call{method: "POST", path: "/notes", contentType: "application/json", body: "{}"}, 400, "/name: is required"},
		{"a body that is not taken", call{method: "POST", path: "/notes", contentType: "text/csv", body: "a"}, 415, "Content-Type must be application/json"},
		{"no token", call{method: "PUT", path: "/pets/7"}, 401, "token"},
		{"a defect", call{method: "GET", path: "/pets/a/on/1970-01-01"}, 500, "Internal Server Error\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if status, _, body := tc.call.send(t, s.URL); status != tc.want || !strings.HasPrefix(body, tc.says) {
				t.Errorf("got %d %s, want %d %s", status, body, tc.want, tc.says)
			}
		})
	}
}
