// Package served_test drives the wiring that is generated for openapi.yaml, beside it, over HTTP.
package served_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/wire"
	"example.com/oxgroups/cmd/validatorgen/internal/served/chiserver"
	"example.com/oxgroups/cmd/validatorgen/internal/served/model"
	"example.com/oxgroups/cmd/validatorgen/internal/served/server"
	"example.com/oxgroups/cmd/validatorgen/internal/served/stdserver"
)

// handler answers with what it was given, as text.
type handler struct{}

var _ server.Handler = handler{}

func say(c echo.Context, format string, args ...any) error {
	return c.String(http.StatusOK, fmt.Sprintf(format, args...))
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func (handler) ListPets(c echo.Context, params model.ListPetsParams) error {
	if c.QueryParam("reply") != "" {
		return server.ReplyListPets200(c, &[]model.Pet{{Name: "Tom"}, {Name: "Rex"}})
	}
	return say(c, "%s", text(params))
}

func (handler) AddPet(c echo.Context, body *model.Pet) error {
	if body.Name == "taken" {
		return server.ReplyAddPetDefault(c, http.StatusConflict, &model.Problem{Title: "taken"})
	}
	return server.ReplyAddPet201(c, body)
}

func (handler) PetsOn(c echo.Context, ids []string, day openapi_types.Date) error {
	if day.Year() == 1970 {
		return server.ReplyPetsOn200(c, map[string]any{"ids": append(ids, "one", "too many")})
	}
	return server.ReplyPetsOn200(c, map[string]any{"ids": ids, "day": day})
}

func (handler) ReplacePet(c echo.Context, id int64, body *server.ReplacePetBody) error {
	for _, stream := range []*wire.Stream{body.Multipart, body.ImageWildcard} {
		if stream == nil {
			continue
		}
		data, err := io.ReadAll(stream)
		if err != nil {
			return err
		}
		return say(c, "%d stream %s %d", id, stream.ContentType, len(data))
	}
	return say(c, "%d %s", id, text(body))
}

func (handler) DeletePet(c echo.Context, id int64) error {
	c.Response().Header().Set("Who", fmt.Sprint(c.Get("who")))
	return c.NoContent(http.StatusNoContent)
}

func (handler) TakeNote(c echo.Context, body *model.Pet) error { return say(c, "%s", text(body)) }

func (handler) TakeNoteAlias0(c echo.Context, body *model.Pet) error {
	return say(c, "alias %s", text(body))
}

func (handler) TakeAnything(c echo.Context, body *json.RawMessage) error {
	return say(c, "%s", text(body))
}

func (handler) SendForm(c echo.Context, body *model.Owner) error { return say(c, "%s", text(body)) }

func (handler) N2FaEnable(c echo.Context, body *model.N2FaEnableJSONRequestBody) error {
	return say(c, "%s", text(body))
}

func (handler) GetRange(c echo.Context, from int, to string) error {
	return say(c, "%d to %s", from, to)
}

// PlaceOrder takes and gives types of three files.
func (handler) PlaceOrder(c echo.Context, params model.PlaceOrderParams, body *model.Order) error {
	if params.Dry != nil && *params.Dry {
		return server.ReplyPlaceOrder202(c, body.Price)
	}
	return server.ReplyPlaceOrder201(c, body)
}

func (handler) Upload(c echo.Context, body *model.UploadMultipartRequestBody) error {
	return say(c, "%s", uploaded(body))
}

// uploaded writes the fields and the files.
func uploaded(body *model.UploadMultipartRequestBody) string {
	show := func(f openapi_types.File) string {
		data, err := f.Bytes()
		return fmt.Sprintf(" %s=%s %v", f.Filename(), data, err)
	}
	files := show(body.Photo)
	if body.Icon != nil {
		files += show(*body.Icon)
	}
	if body.Pictures != nil {
		for _, f := range *body.Pictures {
			files += show(f)
		}
	}
	if f, err := body.Seal.Get(); err == nil {
		files += show(f)
	}
	return fmt.Sprintf("%s %v %s %s %v%s", body.Name, text(body.Ages), text(body.Pet), text(body.Owners), text(body.Raw), files)
}

func (handler) SendStyled(c echo.Context, body *model.SendStyledFormdataRequestBody) error {
	return say(c, "%s", text(body))
}

func (handler) GetStyles(c echo.Context, label int, matrix []int, point model.Point, params model.GetStylesParams) error {
	return say(c, "%d %v %s %s", label, matrix, text(point), text(params))
}

func (handler) ArchiveRanges(c echo.Context) error { return say(c, "archived") }

// token takes "Bearer good", and for other schemes the header of the same name.
func token(c echo.Context, _ []string) error {
	if c.Request().Header.Get("Authorization") != "Bearer good" {
		return echo.NewHTTPError(http.StatusUnauthorized, "token")
	}
	c.Set("who", "token")
	return nil
}

func key(c echo.Context, _ []string) error {
	if c.Request().Header.Get("X-Key") == "" {
		return echo.NewHTTPError(http.StatusForbidden, "key")
	}
	return nil
}

func oauth(c echo.Context, scopes []string) error {
	if c.Request().Header.Get("X-Scopes") != strings.Join(scopes, " ") {
		return echo.NewHTTPError(http.StatusForbidden, "scopes "+strings.Join(scopes, " "))
	}
	return nil
}

func options() server.Options {
	return server.Options{
		Authenticators: map[string]server.Authenticator{"token": token, "key": key, "oauth": oauth},
		MaxBody:        2000,
	}
}

// refuse answers an error of echo.
func refuse(err error, c echo.Context) {
	var routed *echo.HTTPError
	if errors.As(err, &routed) {
		_ = c.String(routed.Code, fmt.Sprint(routed.Message)) // a client that is gone hears nothing
		return
	}
	answer(c.Response(), c.Request(), err)
}

// answer answers an error with its status and what it says, a line for each violation.
func answer(w http.ResponseWriter, _ *http.Request, err error) {
	status, message := http.StatusInternalServerError, err.Error()
	var body *wire.BodyError
	var request *wire.RequestError
	var other *wire.StatusError
	switch {
	case errors.As(err, &body):
		status = body.Status()
		w.Header().Set("Connection", "close")
	case errors.As(err, &request):
		status, message = http.StatusBadRequest, ""
		if request.Syntax != nil {
			message = "syntax;"
		}
		for _, v := range request.Violations {
			message += fmt.Sprintf("%s %s %s;", v.In, v.Pointer, v.Rule)
		}
	case errors.As(err, &other):
		status = other.Status()
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, message)
}

// each runs a test against every kind of server.
func each(t *testing.T, o server.Options, test func(t *testing.T, s *httptest.Server)) {
	for _, kind := range []string{"echo", "std", "chi"} {
		t.Run(kind, func(t *testing.T) { test(t, serve(t, kind, o)) })
	}
}

// serve starts a server of a kind.
func serve(t *testing.T, kind string, o server.Options) *httptest.Server {
	t.Helper()
	var h http.Handler
	var err error
	switch kind {
	case "echo":
		e := echo.New()
		e.HTTPErrorHandler = refuse
		h, err = e, server.Register(e, "/v1", handler{}, o)
	case "std":
		mux := http.NewServeMux()
		h, err = mux, stdserver.Register(mux, "/v1", plainHandler{}, plainOptions(o))
	case "chi":
		router := chi.NewRouter()
		h, err = router, chiserver.Register(router, "/v1", chiHandler{}, chiOptions(o))
	}
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	s.Config.ReadTimeout = 5 * time.Second
	s.Start()
	t.Cleanup(s.Close)
	return s
}

type call struct {
	method, path, contentType, body string
	header                          []string // "Name: value"
	chunked                         bool
}

func (k call) send(t *testing.T, base string) (status int, header http.Header, body string) {
	t.Helper()
	var reader io.Reader = strings.NewReader(k.body)
	if k.chunked {
		reader = io.MultiReader(reader) // of a type whose length net/http does not know
	}
	r, err := http.NewRequest(k.method, base+"/v1"+k.path, reader)
	if err != nil {
		t.Fatal(err)
	}
	if k.contentType != "" {
		r.Header.Set("Content-Type", k.contentType)
	}
	for _, line := range k.header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	data, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, reply.Header, string(data)
}

const (
	anID     = "X-Request-Id: 7d444840-9dc0-11d1-b245-5ffdce74fad2"
	aSession = "Cookie: other=1; session=12345678"
	good     = "Authorization: Bearer good"
)

func TestSecurity(t *testing.T) {
	each(t, options(), func(t *testing.T, s *httptest.Server) {
		pets := func(header ...string) call {
			return call{method: "GET", path: "/pets", header: append(header, anID, aSession)}
		}
		for _, tc := range []struct {
			name string
			call call
			want int
			says string
		}{
			{"all schemes of the first alternative", pets(good, "X-Key: k"), 200, ""},
			{"one scheme of the first alternative", pets(good), 403, "key"},
			{"nothing: the error of the first alternative", pets(), 401, "token"},
			{"the second alternative", pets("X-Scopes: read list"), 200, ""},
			{"the second alternative without a scope", pets("X-Scopes: read"), 401, "token"},
			{"scopes of another operation", call{method: "POST", path: "/pets", contentType: "application/json", body: `{"name":"Tom"}`, header: []string{"X-Scopes: write"}}, 201, ""},
			{"the document's security", call{method: "PUT", path: "/pets/7", contentType: "application/json", body: `{}`}, 401, "token"},
			{"before the body is judged", call{method: "PUT", path: "/pets/7", contentType: "image/tiff", body: `x`}, 401, "token"},
			{"open", call{method: "POST", path: "/notes"}, 200, "null"},
			{"anonymous", call{method: "DELETE", path: "/pets/7"}, 204, ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if status, _, body := tc.call.send(t, s.URL); status != tc.want || !strings.Contains(body, tc.says) {
					t.Errorf("got %d %s, want %d %s", status, body, tc.want, tc.says)
				}
			})
		}
		// Where nobody has to say who they are, those who do are known.
		if _, header, _ := (call{method: "DELETE", path: "/pets/7", header: []string{good}}).send(t, s.URL); header.Get("Who") != "token" {
			t.Errorf("known as %q", header.Get("Who"))
		}
	})
}

// A scheme without an authenticator is an error that names it; one that no operation uses needs none.
func TestSchemeWithoutAuthenticator(t *testing.T) {
	for _, name := range []string{"token", "key", "oauth"} {
		o := options()
		delete(o.Authenticators, name)
		e := echo.New()
		if err := server.Register(e, "", handler{}, o); err == nil || !strings.Contains(err.Error(), "security scheme "+name+" ") {
			t.Errorf("without %s: %v", name, err)
		}
		if len(e.Routes()) > 0 {
			t.Errorf("without %s: %d routes", name, len(e.Routes()))
		}
	}
}

func TestParameters(t *testing.T) {
	each(t, options(), func(t *testing.T, s *httptest.Server) {
		const defaults = `"kinds":["cat","dog"]`
		for _, tc := range []struct {
			name, query string
			header      []string
			want        string // a part of the parameters, or what is wrong
		}{
			{"defaults", "", nil, `"sort":"age","size":20,` + defaults},
			{"instead of defaults", "sort=name&size=7&kinds=owl", nil, `"sort":"name","size":7,"kinds":["owl"]`},
			{"header and cookie", "", nil, `"x-request-id":"7d444840-9dc0-11d1-b245-5ffdce74fad2"`},
			{"the cookie among others", "", nil, `"session":"12345678"`},
			{"an array by repetition", "tags=a&tags=b%2Cc", nil, `"tags":["a","b,c"]`},
			{"an escaped separator is text", "csv=a%2Cb,c", nil, `"csv":["a,b","c"]`},
			{"an escaped name", "c%73v=a", nil, `"csv":["a"]`},
			{"pipes", "pipe=1|2%7C3", nil, `"pipe":[1,2,3]`},
			{"spaces", "space=a+b%20c", nil, `"space":["a","b","c"]`},
			{"an empty array", "csv=", nil, `"csv":[]`},
			{"one of several types: a number", "page=3", nil, `"page":3`},
			{"one of several types: text", "page=all", nil, `"page":"all"`},
			{"elements of several types", "pages=3,last", nil, `"pages":[3,"last"]`},
			{"the empty value", "empty=", nil, `"empty":""`},
			{"JSON", `where={"name":"Tom"}`, nil, `"where":{"name":"Tom"}`},
			{"an object", "filter[name]=Tom&filter[age]=3&filter[tags]=a&filter%5Btags%5D=b&filter[other]=1", nil, `"filter":{"age":3,"name":"Tom","tags":["a","b"]}`},
			{"a list in a header", "", []string{"If-Match: a, b"}, `"If-Match":["a","b"]`},
			{"a header twice is one list", "", []string{"If-Match: a", "If-Match: b"}, `"If-Match":["a","b"]`},
			{"unknown names", "nobody=1&nobody=2", nil, `"size":20`},
			{"the array as a reply", "reply=1", nil, `[{"name":"Tom"},{"name":"Rex"}]`},

			{"a number below its minimum in one of several types", "page=0", nil, "query /page oneOf;"},
			{"text that no type has", "page=some", nil, "query /page oneOf;"},
			{"an element that no type has", "pages=1,some", nil, "query /pages/1 oneOf;"},
			{"an empty element", "tags=", nil, "query /tags/0 minLength;"},
			{"given twice", "size=1&size=2", nil, "query /size style;"},
			{"out of range", "size=101", nil, "query /size maximum;"},
			{"no canonical integer", "size=07", nil, "query /size type;"},
			{"outside an enum", "sort=x", nil, "query /sort enum;"},
			{"an element outside an enum", "kinds=cat&kinds=fox", nil, "query /kinds/1 enum;"},
			{"no JSON", "where=x", nil, "query /where type;"},
			{"JSON that breaks its schema", "where={}", nil, "query /where/name required;"},
			{"an object that breaks its schema", "filter[name]=T&filter[age]=x&filter[age]=y", nil, "query /filter/age style;query /filter/name minLength;query /filter/age type;"},
			{"a broken escape", "sort=%zz", nil, "query  syntax;query /sort enum;"},
			{"not UTF-8", "csv=%ff", nil, "query /csv type;"},
			{"a header list that is too long", "", []string{"If-Match: a,b,c"}, "header /If-Match maxItems;"},
			{"all places at once", "size=x", []string{"-"}, "query /size type;header /x-request-id required;cookie /session required;"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				header := append([]string{good, "X-Key: k", anID, aSession}, tc.header...)
				if len(tc.header) == 1 && tc.header[0] == "-" {
					header = []string{good, "X-Key: k"}
				}
				status, _, body := call{method: "GET", path: "/pets?" + tc.query, header: header}.send(t, s.URL)
				refused := strings.HasSuffix(tc.want, ";")
				if refused && (status != 400 || body != tc.want) || !refused && (status != 200 || !strings.Contains(body, tc.want)) {
					t.Errorf("got %d %s\nwant %s", status, body, tc.want)
				}
			})
		}
		t.Run("an empty value that is allowed and fits no type is left out", func(t *testing.T) {
			_, _, body := call{method: "GET", path: "/pets?none=", header: []string{good, "X-Key: k", anID, aSession}}.send(t, s.URL)
			if !strings.HasPrefix(body, "{") || strings.Contains(body, "none") {
				t.Errorf("got %s", body)
			}
		})
	})
}

func TestPath(t *testing.T) {
	each(t, options(), func(t *testing.T, s *httptest.Server) {
		for _, tc := range []struct {
			name, method, path string
			want               int
			says               string
		}{
			{"an array", "GET", "/pets/a,b/on/2024-02-29", 200, `{"day":"2024-02-29","ids":["a","b"]}`},
			{"an escaped separator is text", "GET", "/pets/a%2Cb,c%20d/on/2024-02-29", 200, `"ids":["a,b","c d"]`},
			{"an escaped slash is text", "GET", "/pets/a%2Fb/on/2024-02-29", 200, `"ids":["a/b"]`},
			{"too many, and no date", "GET", "/pets/a,b,c/on/2024-02-30", 400, "path /day format;path /ids maxItems;"},
			{"a reply that breaks its schema is not sent", "GET", "/pets/a/on/1970-01-01", 500, "encode response 200: /ids: "},
			{"another method", "POST", "/pets/a/on/2024-02-29", 405, ""},
			{"a slash after the last parameter", "GET", "/pets/a/on/2024-02-29/x", 404, ""},
			{"an id below 1", "DELETE", "/pets/0", 400, "path /id minimum;"},
			{"an id that is none", "DELETE", "/pets/%37%2F8", 400, "path /id type;"},
			{"a path with more", "DELETE", "/pets/7/x", 404, ""},
			{"a path with more that another path goes on from", "DELETE", "/pets/7/on/2024-02-29/x", 404, ""},
			{"parts of a segment", "GET", "/ranges/1-2-3.json", 200, "1 to 2-3"},
			{"parts of a segment that break a schema", "GET", "/ranges/x-2.json", 400, "path /from type;"},
			{"a segment that does not fit its template", "GET", "/ranges/1-2.xml", 404, ""},
			{"an empty part of a segment", "GET", "/ranges/1-.json", 404, ""},
			{"a colon in a path", "POST", "/ranges:archive", 200, "archived"},
			{"another path than that with a colon", "POST", "/rangesarchive", 404, ""},
			{"a path item by reference", "POST", "/same-pets", 200, "alias null"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if status, _, body := (call{method: tc.method, path: tc.path}).send(t, s.URL); status != tc.want || !strings.Contains(body, tc.says) {
					t.Errorf("got %d %s, want %d %s", status, body, tc.want, tc.says)
				}
			})
		}
	})
}

// Every style of OpenAPI is read into typed values.
func TestStyles(t *testing.T) {
	each(t, options(), func(t *testing.T, s *httptest.Server) {
		const path = "/styles/.7/;matrix=1;matrix=2/x,1,y,2"
		for _, tc := range []struct{ name, path, header, want string }{
			{"in the path", path, "", `7 [1 2] {"x":1,"y":2} {}`},
			{"objects in the query", path + "?lat=1.5&tags=a&tags=b&size=x,3,y,4&page=2&color=red&more=m", "", `{"page":2,"near":{"lat":1.5,"tags":["a","b"]},"size":{"x":3,"y":4},"rest":{"color":"red","more":"m"}}`},
			{"an object in a header", path, "x=5, y=6", `"X-At":{"x":5,"y":6}`},
			{"not in their styles", "/styles/7/1,2/x", "", "path /label style;path /matrix style;path /point style;"},
			{"against their schemas", "/styles/.0/;matrix=a/y,-1?tags=a&size=x,a&more=long", "x=1,y=-1", "path /label minimum;path /matrix/0 type;path /point/y minimum;path /point/x required;query /near/lat required;query /size/x type;query /rest/more maxLength;header /X-At/y minimum;"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				k := call{method: "GET", path: tc.path}
				if tc.header != "" {
					k.header = []string{"X-At: " + tc.header}
				}
				if _, _, body := k.send(t, s.URL); !strings.Contains(body, tc.want) {
					t.Errorf("got %s, want %s", body, tc.want)
				}
			})
		}
	})
}

func TestBodies(t *testing.T) {
	each(t, options(), func(t *testing.T, s *httptest.Server) {
		put := func(contentType, body string) call {
			return call{method: "PUT", path: "/pets/7", contentType: contentType, body: body, header: []string{good}}
		}
		post := func(path, contentType, body string) call {
			return call{method: "POST", path: path, contentType: contentType, body: body}
		}
		const form = "application/x-www-form-urlencoded"
		chunked := func(k call) call { k.chunked = true; return k }
		for _, tc := range []struct {
			name string
			call call
			want int
			says string
		}{
			{"JSON", put("application/json", `{"name":"Tom"}`), 200, `7 {"JSON":{"name":"Tom"}`},
			{"JSON with a charset", put("application/json; charset=UTF-8", `{"name":"Tom"}`), 200, `"JSON":{"name":"Tom"}`},
			{"JSON in chunks", chunked(put("application/json", `{"name":"Tom"}`)), 200, `"JSON":{"name":"Tom"}`},
			{"another type of JSON", put("application/vnd.pet+json", `{"title":"Tom"}`), 200, `"ApplicationVndPetPlusJSON":{"title":"Tom"}`},
			{"a parameter that is not offered", put("application/vnd.pet+json; q=1", `{"title":"Tom"}`), 200, `"ApplicationVndPetPlusJSON":{"title":"Tom"}`},
			{"a type by its parameter", put("application/vnd.pet+json; version=2", `[1,2]`), 200, `"ApplicationVndPetPlusJSONVersion2":[1,2]`},
			{"a form", put(form, "name=Tom&tags=a&tags=b&age="), 200, `"Form":{"age":null,"name":"Tom","tags":["a","b"]}`},
			{"text", put("text/plain", "a\"b"), 200, `"Text":"a\"b"`},
			{"multipart", put("multipart/mixed; boundary=x", "--x--"), 200, "7 stream multipart/mixed; boundary=x 5"},
			{"bytes by a range", put("image/png", "\x89PNG"), 200, "7 stream image/png 4"},
			{"JSON by a range", post("/anything", "application/json", `{"y":1}`), 200, `{"y":1}`},
			{"a digit in front of a name", post("/second-factor", "application/json", `{"code":7}`), 200, `{"code":7}`},
			{"optional, left out", post("/notes", "", ""), 200, "null"},
			{"optional, left out with a type", post("/notes", "application/json", ""), 200, "null"},
			{"optional, no chunk", chunked(post("/notes", "", "")), 200, "null"},
			{"optional, in chunks", chunked(post("/notes", "application/json", `{"name":"Tom"}`)), 200, `{"name":"Tom"}`},
			{"a reply", call{method: "POST", path: "/pets", contentType: "application/json", body: `{"name":"Tom"}`, header: []string{"X-Scopes: write"}}, 201, `{"name":"Tom"}`},
			{"the default reply", call{method: "POST", path: "/pets", contentType: "application/json", body: `{"name":"taken"}`, header: []string{"X-Scopes: write"}}, 409, `{"title":"taken"}`},

			{"no JSON", put("application/json", `{`), 400, "syntax;"},
			{"required, left out", put("application/json", ""), 400, "syntax;"},
			{"parameters and body", call{method: "PUT", path: "/pets/x", contentType: "application/json", body: `{"name":"long name","kind":"x"}`, header: []string{good}}, 400, "path /id type; /name maxLength; /kind enum;"},
			{"another type of JSON that breaks its schema", put("application/vnd.pet+json", `{"title":"long"}`), 400, " /title maxLength;"},
			{"an array that breaks its schema", put("application/vnd.pet+json; version=2", `[1,"x"]`), 400, " /1 type;"},
			{"a form that breaks its schema", put(form, "age=x"), 400, " /age type; /name required;"},
			{"a broken form", put(form, "name=%zz"), 400, "syntax;"},
			{"text that breaks its schema", put("text/plain", "a long text"), 400, "  maxLength;"},
			{"JSON by a range that breaks its schema", post("/anything", "text/csv", `{}`), 400, " /y required;"},
			{"a type that is not offered", put("text/html", "x"), 415, "Content-Type must be application/json or "},
			{"no type", put("", "x"), 415, "Content-Type must be given"},
			{"a broken type", put("application", "x"), 415, "Content-Type"},
			{"another charset", put("application/json; charset=latin1", "{}"), 415, "UTF-8"},
			{"an encoding", call{method: "PUT", path: "/pets/7", contentType: "application/json", body: "x", header: []string{good, "Content-Encoding: gzip"}}, 415, "Content-Encoding"},
			{"optional, of no type", post("/notes", "", "x"), 415, "Content-Type"},
			{"optional, in chunks of no type", chunked(post("/notes", "", "x")), 415, "Content-Type"},
			{"too large", put("application/json", `"`+strings.Repeat("a", 2000)+`"`), 413, "at most 2000 bytes"},
			{"too large in chunks", chunked(put("application/json", strings.Repeat(" ", 2001))), 413, "at most 2000 bytes"},
			{"a stream that is too large", chunked(put("image/png", strings.Repeat("x", 2001))), 413, "at most 2000 bytes"},
			{"as large as allowed", put("image/png", strings.Repeat("x", 2000)), 200, "7 stream image/png 2000"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if status, _, body := tc.call.send(t, s.URL); status != tc.want || !strings.Contains(body, tc.says) {
					t.Errorf("got %d %s, want %d %s", status, body, tc.want, tc.says)
				}
			})
		}
	})
}

// The same body as JSON, in the standard encoding, and with brackets.
func TestForms(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, tc := range []struct {
		name, contentType, body string
		bracketed               bool
		want                    string
	}{
		{"JSON", "application/json", `{"owner":{"name":"Ann","vet":null}}`, false, `{"owner":{"name":"Ann","vet":null}}`},
		{"the standard encoding", form, `owner={"name":"Ann","vet":true}`, false, `{"owner":{"name":"Ann","vet":true}}`},
		{"brackets", form, "owner[name]=Ann&owner[vet]=", true, `{"owner":{"name":"Ann","vet":null}}`},
		{"a key without a value", form, "owner[name]=Ann&owner[vet]", true, `{"owner":{"name":"Ann","vet":null}}`},
		{"brackets in the standard encoding are not an object", form, "owner[name]=Ann", false, " /owner required;"},
		{"a list in the place of an object", form, "owner[]=a", true, " /owner type;"},
		{"a list in the place of an object in JSON", "application/json", `{"owner":["a"]}`, true, " /owner type;"},
		{"a list in the place of text", form, "owner[name][]=a", true, " /owner/name type;"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := options()
			o.BracketedForms = tc.bracketed
			each(t, o, func(t *testing.T, s *httptest.Server) {
				if _, _, body := (call{method: "POST", path: "/forms", contentType: tc.contentType, body: tc.body}).send(t, s.URL); body != tc.want {
					t.Errorf("got %s, want %s", body, tc.want)
				}
			})
		})
	}
}

// The parts of a multipart body are read and checked, and files handed on.
func TestMultipart(t *testing.T) {
	each(t, options(), func(t *testing.T, s *httptest.Server) {
		part := func(header, content string) string {
			return "--b\r\nContent-Disposition: form-data; " + header + "\r\n\r\n" + content + "\r\n"
		}
		const photo = "name=photo; filename=p.png\r\nContent-Type: image/png"
		name, file := part("name=name", "Tom"), part(photo, "\xff\x00png")
		for _, tc := range []struct{ name, contentType, body, want string }{
			{"what is required", "", name + file, "Tom null null null null p.png=\xff\x00png <nil>"},
			{"everything", "", name + file +
				part("name=ages", "1") + part("name=ages", "2") + part("name=pet", `{"name":"Rex"}`) + part("name=raw", "[3,4]") + part("name=other", "x") +
				part("name=owners; filename=blob\r\nContent-Type: application/json", `{"owner":{"name":"Ann"}}`) + part("name=nobody; filename=n", "\xff") +
				part("name=icon; filename=i\r\nContent-Type: image/x", "i") + part("name=pictures; filename=1", "1") + part("name=pictures", "2") + part("name=seal; filename=s", "s"),
				`Tom [1,2] {"name":"Rex"} [{"owner":{"name":"Ann"}}] [3,4] p.png=` + "\xff\x00png <nil> i=i <nil> 1=1 <nil> =2 <nil> s=s <nil>"},
			{"nothing", "", "", " /name required; /photo required;"},
			{"rules of every part", "", part("name=name", "too long") + part("name=ages", "x") + part("name=pet", "{}") + part("name=raw", "3") +
				part("name=owners", "{") + part("name=photo; filename=p\r\nContent-Type: text/html", "p") + part("name=icon; filename=i", "i") +
				part("name=pictures", "1") + part("name=pictures", "2") + part("name=pictures", "3"),
				" /photo contentType; /icon contentType; /name maxLength; /ages/0 type; /pet/name required; /raw type; /owners/0 type; /pictures maxItems;"},
			{"JSON that would add members", "", name + file + part("name=pet", `{"name":"Rex"},"seal":{}`), " /pet type;"},
			{"a part twice", "", name + name + file, "syntax;"},
			{"a file twice", "", name + file + file, "syntax;"},
			{"no name", "", part("x=y", "1"), "syntax;"},
			{"not UTF-8", "", part("name=name", "\xff") + file, "syntax;"},
			{"U+0000", "", part("name=name", "\x00") + file, "syntax;"},
			{"no boundary", "multipart/form-data", name + file, "syntax;"},
			{"another boundary", "multipart/form-data; boundary=c", name + file, "syntax;"},
			{"broken off", "", name + "--b\r\nContent-Disposition: form-da", "syntax;"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if tc.contentType == "" {
					tc.contentType = "multipart/form-data; boundary=b"
				}
				body := tc.body
				if tc.name != "broken off" {
					body += "--b--\r\n"
				}
				if _, _, got := (call{method: "POST", path: "/uploads", contentType: tc.contentType, body: body}).send(t, s.URL); got != tc.want {
					t.Errorf("got  %q\nwant %q", got, tc.want)
				}
			})
		}
	})
}

// The properties of a form are read in the styles that its encoding names.
func TestStyledForm(t *testing.T) {
	each(t, options(), func(t *testing.T, s *httptest.Server) {
		for _, tc := range []struct{ name, body, want string }{
			{"every style", "name=Tom&tags=a%2Cb,c&sizes=1%7C2&x=3&y=4&filter[name]=Rex&filter[tags]=t&filter[tags]=u&ids=[5,6]&other=1",
				`{"filter":{"name":"Rex","tags":["t","u"]},"ids":[5,6],"name":"Tom","point":{"x":3,"y":4},"sizes":[1,2],"tags":["a,b","c"]}`},
			{"none of them", "name=Tom", `{"name":"Tom"}`},
			{"rules", "tags=a&sizes=1|2|x&y=-1&filter[name]=R&ids=x", " /ids type; /sizes/2 type; /sizes maxItems; /point/y minimum; /point/x required; /filter/name minLength; /name required;"},
			{"given twice", "name=Tom&tags=a&tags=b", " /tags style;"},
			{"a broken escape", "name=Tom&tags=%zz", "syntax;"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				k := call{method: "POST", path: "/styled", contentType: "application/x-www-form-urlencoded", body: tc.body}
				if _, _, got := k.send(t, s.URL); got != tc.want {
					t.Errorf("got  %s\nwant %s", got, tc.want)
				}
			})
		}
	})
}

// What stands in other files is read, checked and answered as if it stood in the document.
func TestFiles(t *testing.T) {
	each(t, options(), func(t *testing.T, s *httptest.Server) {
		const order = `{"pet":{"name":"Tom"},"price":{"amount":5,"currency":"EUR"}}`
		for _, tc := range []struct{ name, query, body, want string }{
			{"a type of the same package", "", order, order},
			{"a type of another package", "?dry=true", order, `{"amount":5,"currency":"EUR"}`},
			{"a circle", "", `{"pet":{"name":"Tom"},"instead":{"pet":{"name":"Rex"}}}`, `{"pet":{"name":"Tom"},"instead":{"pet":{"name":"Rex"}}}`},
			{"a file that is a schema", "", `{"pet":{"name":"Tom"},"note":{"text":"fine","pet":{"name":"Rex"}}}`, `{"pet":{"name":"Tom"},"note":{"text":"fine","pet":{"name":"Rex"}}}`},
			{"rules of every file", "?dry=x&day=x", `{"pet":{"name":"too long"},"price":{"amount":0,"currency":"X"},"note":{"text":"long","pet":{}},"instead":{}}`,
				"query /dry type;query /day format; /pet/name maxLength; /price/amount minimum; /price/currency enum; /note/pet/name required; /instead/pet required;"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				k := call{method: "POST", path: "/orders" + tc.query, contentType: "application/json", body: tc.body}
				if _, _, body := k.send(t, s.URL); body != tc.want {
					t.Errorf("got %s, want %s", body, tc.want)
				}
			})
		}
	})
}

// Replies say their type and length.
func TestReplyHeader(t *testing.T) {
	each(t, options(), func(t *testing.T, s *httptest.Server) {
		_, header, body := call{method: "POST", path: "/pets", contentType: "application/json", body: `{"name":"taken"}`, header: []string{"X-Scopes: write"}}.send(t, s.URL)
		if header.Get("Content-Type") != "application/problem+json" || header.Get("Content-Length") != fmt.Sprint(len(body)) {
			t.Errorf("got %v", header)
		}
	})
}

// raw sends bytes on a connection and returns the replies until the connection ends.
func raw(t *testing.T, s *httptest.Server, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A body that cannot be read is a 400 or 408, and nothing that follows on the connection is served.
func TestBrokenBodies(t *testing.T) {
	each(t, options(), func(t *testing.T, s *httptest.Server) {
		const head = "POST /v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		const inner = "POST /v1/notes HTTP/1.1\r\nHost: x\r\n\r\n"
		for _, tc := range []struct{ name, request, want string }{
			{"a chunk size that is none", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + inner, "400 Bad Request"},
			{"a chunk without an end", head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{X" + inner, "400 Bad Request"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := raw(t, s, tc.request)
				if !strings.HasPrefix(got, "HTTP/1.1 "+tc.want) || strings.Count(got, "HTTP/1.1 ") != 1 {
					t.Errorf("got %s", got)
				}
			})
		}
	})
}

// A part of the error is found for callers that know package validate alone.
func TestRequestErrorUnwraps(t *testing.T) {
	var problems wire.Problems
	problems.Add(validate.Violations{{Pointer: "/a", Rule: "type", Message: "must be a string", In: "query"}})
	problems.Add(&validate.SyntaxError{Message: "unexpected end"})
	err := problems.Err()
	var syntax *validate.SyntaxError
	var violations validate.Violations
	if !errors.As(err, &syntax) || !errors.As(err, &violations) || len(violations) != 1 {
		t.Errorf("got %#v", err)
	}
	if want := "unexpected end at byte 0\n/a: must be a string"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}
