package server

import (
	"errors"
	"net/url"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/jsonscan"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// checkUpdateParameters refuses parameters that the spec forbids. oapi-codegen's parsers, which run behind it, take some
// of them: "007" and a repeated name, for example. Where it refuses a parameter it looks at the body too, so that a
// caller learns everything at once.
func checkUpdateParameters(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		query, queryErr := parseQuery(c.Request().URL.RawQuery)
		_, _, err := validator.ParseUpdateWorkspaceGroupParameters(pathParameter(c), query)
		if err == nil && queryErr == nil {
			return next(c)
		}
		var body model.WorkspaceGroupRequest
		bodyErr := c.Bind(&body)
		if bodyErr != nil {
			if _, ok := badRequest(bodyErr); !ok {
				return bodyErr
			}
		}
		return errors.Join(err, queryErr, bodyErr)
	}
}

// pathParameter returns a function that returns the unescaped value of a path parameter. Only a path with an escaped
// slash is escaped here: see canonicalPath.
func pathParameter(c echo.Context) func(name string) string {
	if c.Request().URL.RawPath == "" {
		return c.Param
	}
	return func(name string) string {
		value, err := url.PathUnescape(c.Param(name))
		if err != nil {
			return c.Param(name)
		}
		return value
	}
}

// parseQuery refuses a query that net/url would read in part.
func parseQuery(raw string) (url.Values, error) {
	if raw == "" {
		return nil, nil
	}
	values, err := url.ParseQuery(raw)
	if err != nil { // which quotes the query
		return values, &jsonscan.SyntaxError{Message: "the query string has a broken escape or a semicolon"}
	}
	return values, nil
}
