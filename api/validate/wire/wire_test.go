package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/wire"
)

func TestContentType(t *testing.T) {
	offered := []string{"application/json", "application/json; version=2", "application/*", "*/*; part=1"}
	for _, tc := range []struct {
		given string
		want  int
	}{
		{"application/json", 0}, {"APPLICATION/JSON", 0}, {"application/json;charset=utf-8", 0}, {`application/json; charset="UTF-8"`, 0},
		{"application/json; version=1", 0}, {"application/json; version=2", 1}, {"application/json; x=1; version=2", 1},
		{"application/xml", 2}, {"application/jsonx", 2}, {"text/plain; part=1", 3},
		{"text/plain", wire.NoBody}, {"", wire.NoBody}, {"application/json; charset=utf-16", wire.NoBody}, {"application/json;;", wire.NoBody},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("x"))
		r.Header.Set("Content-Type", tc.given)
		got, err := wire.ContentType(r, true, offered...)
		var refused *wire.BodyError
		if got != tc.want || (tc.want == wire.NoBody) != (errors.As(err, &refused) && refused.Status() == http.StatusUnsupportedMediaType) {
			t.Errorf("%q is %d, %v, want %d", tc.given, got, err, tc.want)
		}
	}
}

// A Content-Type that is given twice is as bad as none.
func TestContentTypeTwice(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("x"))
	r.Header["Content-Type"] = []string{"application/json", "application/json"}
	if _, err := wire.ContentType(r, true, "application/json"); err == nil {
		t.Error("taken")
	}
}

func decodeText(data []byte, v *string) error {
	if *v = string(data); *v == "wrong" {
		return validate.Violations{{Rule: "enum", Message: "must be right"}}
	}
	return nil
}

// request returns a request whose body has no announced length.
func request(body io.Reader) *http.Request {
	return httptest.NewRequest(http.MethodPost, "/", struct{ io.Reader }{body})
}

func TestRead(t *testing.T) {
	const secret = "hunter2"
	for _, tc := range []struct {
		name string
		r    *http.Request
		want int // the status of the error, 0 if there is none
	}{
		{"as large as allowed", request(strings.NewReader("12345678")), 0},
		{"too large", request(strings.NewReader("123456789")), http.StatusRequestEntityTooLarge},
		{"announced as too large", httptest.NewRequest(http.MethodPost, "/", strings.NewReader("123456789")), http.StatusRequestEntityTooLarge},
		{"too large for a middleware", request(http.MaxBytesReader(nil, io.NopCloser(strings.NewReader("12345678")), 3)), http.StatusRequestEntityTooLarge},
		{"too slow", request(iotest.ErrReader(fmt.Errorf("read: %w", os.ErrDeadlineExceeded))), http.StatusRequestTimeout},
		{"broken", request(iotest.ErrReader(errors.New("malformed " + secret))), http.StatusBadRequest},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var problems wire.Problems
			_, err := wire.Read(tc.r, 8, &problems, decodeText)
			var refused *wire.BodyError
			switch {
			case tc.want == 0 && err != nil:
				t.Error(err)
			case tc.want != 0 && (!errors.As(err, &refused) || refused.Status() != tc.want):
				t.Errorf("got %v, want status %d", err, tc.want)
			case err != nil && strings.Contains(err.Error(), secret):
				t.Errorf("the error repeats the body: %v", err)
			}
			if problems.Err() != nil {
				t.Errorf("problems of a body that was not read: %v", problems.Err())
			}
		})
	}
	t.Run("decoded", func(t *testing.T) {
		var problems wire.Problems
		if got, err := wire.Read(request(strings.NewReader("right")), 8, &problems, decodeText); err != nil || problems.Err() != nil || *got != "right" {
			t.Errorf("got %v, %v, %v", got, err, problems.Err())
		}
		if _, err := wire.Read(request(strings.NewReader("wrong")), 8, &problems, decodeText); err != nil || problems.Err() == nil {
			t.Errorf("got %v, %v", err, problems.Err())
		}
	})
}

func TestStream(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		want       string // what can be read
		status     int
	}{
		{"as large as allowed", "12345678", "12345678", 0},
		{"too large", "123456789", "12345678", http.StatusRequestEntityTooLarge},
		{"empty", "", "", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			data, err := io.ReadAll(wire.NewStream(request(iotest.OneByteReader(strings.NewReader(tc.body))), 8))
			var refused *wire.BodyError
			if string(data) != tc.want || (tc.status == 0) != (err == nil) || tc.status != 0 && (!errors.As(err, &refused) || refused.Status() != tc.status) {
				t.Errorf("got %q, %v", data, err)
			}
		})
	}
}

func TestPath(t *testing.T) {
	for _, tc := range []struct{ template, segment, want string }{
		{"{a}.json", "7.json", `{"a":"7"}`},
		{"{a}.json", "7.json.json", `{"a":"7.json"}`},
		{"{a}.json", "7.xml", ""},
		{"{a}.json", ".json", ""},
		{"{a}-{b}", "1-2-3", `{"a":"1","b":"2-3"}`},
		{"{a}-{b}", "1-", ""},
		{"{a}-{b}", "12", ""},
		{"v{a}", "v1", `{"a":"1"}`},
		{"v{a}", "1", ""},
		{"{a}:go", "x:go", `{"a":"x"}`},
	} {
		param := func(name string) string {
			if name == tc.template {
				return tc.segment
			}
			return "other"
		}
		path, ok := wire.Path(param, tc.template)
		got := ""
		if ok {
			values := map[string]string{}
			for _, name := range []string{"a", "b"} {
				if v := path(name); v != "other" {
					values[name] = v
				}
			}
			data, err := json.Marshal(values)
			if err != nil {
				t.Fatal(err)
			}
			got = string(data)
		}
		if got != tc.want {
			t.Errorf("%s of %s is %s, want %s", tc.segment, tc.template, got, tc.want)
		}
	}
}

func ExampleRead() {
	decode := func(data []byte, v *string) error { // as a generated one
		s := validate.NewScanner(data, validate.Options{})
		*v, _ = s.String()
		return s.End()
	}
	handle := func(w http.ResponseWriter, r *http.Request) {
		var problems wire.Problems
		note, err := wire.Read(r, 1<<20, &problems, decode)
		var refused *wire.BodyError
		switch {
		case errors.As(err, &refused):
			w.Header().Set("Connection", "close")
			http.Error(w, refused.Error(), refused.Status())
		case problems.Err() != nil:
			http.Error(w, problems.Err().Error(), http.StatusBadRequest)
		default:
			fmt.Fprintln(w, *note)
		}
	}
	for _, body := range []string{`"hello"`, `7`} {
		w := httptest.NewRecorder()
		handle(w, httptest.NewRequest(http.MethodPost, "/notes", strings.NewReader(body)))
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 hello
	// 400 must be a string
}
