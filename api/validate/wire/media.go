package wire

import (
	"bufio"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// NoBody is what ContentType returns for a request without a body.
const NoBody = -1

// ContentType returns the index of the media type of a request's body among those that are offered, which may be ranges such as
// "application/*". The most specific one wins. It is NoBody if the body is optional and there is none.
//
// The error is a *BodyError of status 415: another media type or none, a charset other than UTF-8, or a Content-Encoding.
func ContentType(r *http.Request, required bool, offered ...string) (int, error) {
	if !required {
		empty, err := isEmpty(r)
		if empty || err != nil {
			return NoBody, err
		}
	}
	for _, encoding := range r.Header["Content-Encoding"] {
		if encoding != "" && !strings.EqualFold(encoding, "identity") {
			return NoBody, unsupported("Content-Encoding must be left out: the body is taken as it is")
		}
	}
	values := r.Header["Content-Type"]
	if len(values) == 1 && slices.Contains(offered, values[0]) { // most requests; parsing takes four allocations
		return slices.Index(offered, values[0]), nil
	}
	types := strings.Join(offered, " or ")
	if len(values) != 1 {
		return NoBody, unsupported("Content-Type must be given, once: " + types)
	}
	given, parameters, err := mime.ParseMediaType(values[0])
	if err != nil {
		return NoBody, unsupported("Content-Type must be " + types)
	}
	if charset, ok := parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") && !strings.HasPrefix(given, "multipart/") {
		return NoBody, unsupported("the charset of Content-Type must be UTF-8")
	}
	best, found := 0, NoBody
	for i, o := range offered {
		if rank := rank(o, given, parameters); rank > best {
			best, found = rank, i
		}
	}
	if found == NoBody {
		return NoBody, unsupported("Content-Type must be " + types)
	}
	return found, nil
}

func unsupported(message string) *BodyError {
	return &BodyError{status: http.StatusUnsupportedMediaType, message: message}
}

// isEmpty reports whether a request has no body. One whose length is not announced is looked at.
func isEmpty(r *http.Request) (bool, error) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength >= 0 {
		return r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0, nil
	}
	body := bufio.NewReader(r.Body)
	if _, err := body.Peek(1); err != nil && err != io.EOF {
		return false, broken(err)
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{body, r.Body}
	return body.Buffered() == 0, nil
}

// rank returns how well a media type fits an offered one, 0 if it does not. Parameters that the offer names have to be there, but
// for the charset.
func rank(offered, given string, parameters map[string]string) int {
	name, wanted, err := mime.ParseMediaType(offered)
	if err != nil {
		return 0
	}
	delete(wanted, "charset")
	for key, value := range wanted {
		if parameters[key] != value {
			return 0
		}
	}
	kind, sub, _ := strings.Cut(name, "/")
	switch {
	case name == given:
		return 3 + len(wanted)
	case sub == "*" && strings.HasPrefix(given, kind+"/"):
		return 2
	case name == "*/*":
		return 1
	}
	return 0
}
