package client

import (
	"errors"
	"net/http"
	"slices"
)

// One variable for each row of the API's error table, for errors.Is. An error is at most one of them, so the order in
// which a caller asks does not matter. A status that the table does not have is none of them; see Error.StatusCode.
var (
	// ErrSyntax (400): the body was not JSON as it should be.
	ErrSyntax = errors.New("client: the API could not read the request")
	// ErrValidation (400): a field breaks a rule of the API's description, so the request can never be accepted. A
	// *ValidationError is one too.
	ErrValidation = errors.New("client: the update is not valid")
	// ErrUnauthorized (401): the token is not known.
	ErrUnauthorized = errors.New("client: not authorised")
	// ErrForbidden (403): the token may not write.
	ErrForbidden = errors.New("client: forbidden")
	// ErrNotFound (404): there is no such group in the account of the token.
	ErrNotFound = errors.New("client: not found")
	// ErrMethodNotAllowed (405): what is at the base URL is not this API, or a proxy changed the method.
	ErrMethodNotAllowed = errors.New("client: method not allowed")
	// ErrTooLarge (413): the body is larger than the API takes.
	ErrTooLarge = errors.New("client: the request is too large")
	// ErrUnsupportedMediaType (415): what is at the base URL takes no JSON.
	ErrUnsupportedMediaType = errors.New("client: unsupported media type")
	// ErrRefused (422): the update is valid, but what is stored does not allow it: the name is taken, or a workspace
	// does not exist or is out of reach. Nothing was changed.
	ErrRefused = errors.New("client: the update was refused")
	// ErrTooManyRequests (429): Error.RetryAfter says how long to wait, if the API does.
	ErrTooManyRequests = errors.New("client: too many requests")
	// ErrHeaderTooLarge (431): the header of the request is larger than the API takes.
	ErrHeaderTooLarge = errors.New("client: the request header is too large")
	// ErrInternal (500 and every 5xx that ErrUnavailable is not): a defect of the API.
	ErrInternal = errors.New("client: the API failed")
	// ErrUnavailable (502, 503, 504): the API or what is in front of it cannot serve now.
	ErrUnavailable = errors.New("client: the API is unavailable")
)

// What else a reply can be.
var (
	// ErrRedirect (3xx): the base URL is not where the API is. Redirects are not followed, because token and body would
	// go along.
	ErrRedirect = errors.New("client: the API redirects")
	// ErrBadResponse (200, or another 2xx): the reply is not the document that the API's description promises. The update
	// was applied.
	ErrBadResponse = errors.New("client: the reply is not what the API describes")
)

// Is reports whether target is the variable for the status of e.
func (e *Error) Is(target error) bool {
	return target == e.sentinel()
}

func (e *Error) sentinel() error {
	switch e.StatusCode {
	case http.StatusBadRequest:
		if slices.ContainsFunc(e.Errors, func(p Problem) bool { return p.Type == "syntax" }) {
			return ErrSyntax
		}
		return ErrValidation
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusMethodNotAllowed:
		return ErrMethodNotAllowed
	case http.StatusRequestEntityTooLarge:
		return ErrTooLarge
	case http.StatusUnsupportedMediaType:
		return ErrUnsupportedMediaType
	case http.StatusUnprocessableEntity:
		return ErrRefused
	case http.StatusTooManyRequests:
		return ErrTooManyRequests
	case http.StatusRequestHeaderFieldsTooLarge:
		return ErrHeaderTooLarge
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return ErrUnavailable
	}
	return e.class()
}

// class is the variable for a status without one of its own, or nil.
func (e *Error) class() error {
	switch {
	case e.Err != nil:
		return nil // it says what it is itself
	case e.StatusCode < 300:
		return ErrBadResponse
	case e.StatusCode < 400:
		return ErrRedirect
	case e.StatusCode >= 500:
		return ErrInternal
	}
	return nil
}
