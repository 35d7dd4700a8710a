package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/labstack/echo/v4"

	"example.com/oxgroups/cmd/bench/gen/stock"
	"example.com/oxgroups/cmd/bench/internal/canned"
)

// echoWithFilter is the stack that oapi-codegen's users are pointed to: its strict server for echo, with echo's own
// binder, behind a middleware on kin-openapi's request filter. The filter ends at the first violation unless all are
// wanted.
func echoWithFilter(all bool) (*Stack, error) {
	doc, err := spec()
	if err != nil {
		return nil, err
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	replies, err := newReplies()
	if err != nil {
		return nil, err
	}
	e := echo.New()
	e.Use(filter(router, all))
	stock.RegisterHandlersWithBaseURL(e, stock.NewStrictHandler(strict{replies}, nil), canned.BasePath)
	schema := doc.Components.Schemas["WorkspaceGroupRequest"]
	if schema == nil {
		return nil, errors.New("the spec has no WorkspaceGroupRequest")
	}
	return &Stack{Handler: canned.WithRequestID(e), Decode: visitor(schema.Value)}, nil
}

// visitor returns what the filter does with a body. There is no typed value then: the strict server decodes the body a
// second time.
func visitor(schema *openapi3.Schema) func(body []byte) error {
	return func(body []byte) error {
		var v any
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			return err
		}
		return schema.VisitJSON(v, openapi3.VisitAsRequest())
	}
}

// spec returns the embedded openapi.yaml with the base path as its only server: the router compares hosts otherwise.
func spec() (*openapi3.T, error) {
	doc, err := stock.GetSpec()
	if err != nil {
		return nil, err
	}
	doc.Servers = openapi3.Servers{{URL: canned.BasePath}}
	return doc, nil
}

// filter refuses what the spec forbids in the way of oapi-codegen's own middleware for echo: the first line of the text
// of an error is the reply, or all of it where all violations are wanted.
func filter(router routers.Router, all bool) echo.MiddlewareFunc {
	options := &openapi3filter.Options{AuthenticationFunc: authenticate, MultiError: all}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			route, params, err := router.FindRoute(r)
			if err != nil {
				return echo.NewHTTPError(http.StatusNotFound, err.Error())
			}
			err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
				Request: r, PathParams: params, Route: route, Options: options,
			})
			if err != nil {
				return refusal(err, all)
			}
			return next(c)
		}
	}
}

func authenticate(ctx context.Context, in *openapi3filter.AuthenticationInput) error {
	_, err := canned.Authenticate(ctx, canned.Bearer(in.RequestValidationInput.Request))
	return err
}

func refusal(err error, all bool) error {
	status := http.StatusBadRequest
	if security := (*openapi3filter.SecurityRequirementsError)(nil); errors.As(err, &security) {
		status = http.StatusUnauthorized
	}
	message := err.Error()
	if !all {
		message, _, _ = strings.Cut(message, "\n")
	}
	return &echo.HTTPError{Code: status, Message: message, Internal: err}
}

type strict struct{ replies *replies }

var _ stock.StrictServerInterface = strict{}

// UpdateWorkspaceGroup returns the canned document.
func (s strict) UpdateWorkspaceGroup(_ context.Context, r stock.UpdateWorkspaceGroupRequestObject) (stock.UpdateWorkspaceGroupResponseObject, error) {
	included := r.Params.Include != nil && strings.Contains(*r.Params.Include, canned.Include)
	return stock.UpdateWorkspaceGroup200JSONResponse{Body: s.replies.next(included)}, nil
}
