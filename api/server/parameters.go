package server

import (
	"errors"
	"net/url"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// updateParameters reads the parameters of an update as the spec has them.
func updateParameters(c echo.Context) (int64, model.UpdateWorkspaceGroupParams, error) {
	r := c.Request()
	query, queryErr := r.URL.RawQuery, error(nil)
	if _, err := url.ParseQuery(query); err != nil { // which quotes the query
		query, queryErr = "", &validate.SyntaxError{Message: "the query string has a broken escape or a semicolon"}
	}
	id, params, err := validator.ParseUpdateWorkspaceGroupParameters(validate.Parameters{
		Path: c.Param, Escaped: r.URL.RawPath != "", Query: query, Header: r.Header,
	})
	if queryErr != nil {
		err = errors.Join(err, queryErr)
	}
	return id, params, err
}

// withBodyErrors adds what is wrong with the body to what is wrong with the parameters, so that a caller learns everything
// at once.
func withBodyErrors(c echo.Context, err error) error {
	var body model.WorkspaceGroupRequest
	bodyErr := c.Bind(&body)
	if bodyErr == nil {
		return err
	}
	if _, ok := badRequest(bodyErr); !ok {
		return bodyErr
	}
	return errors.Join(err, bodyErr)
}
