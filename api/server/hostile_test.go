package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/gen/model"
)

// inner is a request that must never be answered where it stands after something that is broken.
var inner = request("", `{"workspace_group":{"name":"smuggled"}}`)

// request is a good request with header lines in front of its framing.
func request(lines, body string) string {
	return head + lines + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

func chunk(data string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(data), data) }

// line is a request line and Host.
func line(method, path string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: x\r\n"
}

// old returns a request of HTTP/1.0.
func old(request string) string { return strings.Replace(request, "HTTP/1.1", "HTTP/1.0", 1) }

const (
	bearer  = "Authorization: Bearer demo\r\n"
	asJSON  = "Content-Type: application/json\r\n"
	chunked = "Transfer-Encoding: chunked\r\n\r\n"
	put     = "/api/v1/workspace_groups/7"
)

// hostile are requests at the byte level. Each is followed by inner, unless it has it inside already.
var hostile = []struct {
	name   string
	bytes  string
	status int  // of the first reply
	keep   bool // the connection goes on, and inner is a request of its own
}{
	// Requests that are refused before their body is read.
	{"no route, broken chunk", line("POST", "/anything") + chunked + "zz\r\n", 404, false},
	{"no token, broken chunk", line("PUT", put) + asJSON + chunked + "zz\r\n", 401, false},
	{"wrong token, broken chunk", line("PUT", put) + "Authorization: Bearer nobody\r\n" + asJSON + chunked + "zz\r\n", 401, false},
	{"read-only token, broken chunk", line("PUT", put) + "Authorization: Bearer reader\r\n" + asJSON + chunked + "zz\r\n", 403, false},
	{"method, broken chunk", line("POST", put) + bearer + asJSON + chunked + "zz\r\n", 405, false},
	{"type, broken chunk", line("PUT", put) + bearer + "Content-Type: text/plain\r\n" + chunked + "zz\r\n", 415, false},
	{"encoding, broken chunk", line("PUT", put) + bearer + asJSON + "Content-Encoding: gzip\r\n" + chunked + "zz\r\n", 415, false},
	{"no route, whole body", line("POST", "/anything") + "Content-Length: 5\r\n\r\nhello", 404, false},
	{"no token, whole body", line("PUT", put) + asJSON + "Content-Length: 2\r\n\r\n{}", 401, false},
	{"no token, whole chunked body", line("PUT", put) + asJSON + chunked + chunk("{}") + "0\r\n\r\n", 401, false},
	{"no token, inner as the body", line("PUT", put) + asJSON + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(inner)), 401, false},
	{"no token, length and no body", line("PUT", put) + asJSON + "Content-Length: 100\r\n\r\n", 401, false},
	{"no token, chunked and no body", line("PUT", put) + asJSON + chunked, 401, false},
	{"too large, and all of it", line("PUT", put) + bearer + asJSON + "Content-Length: 2000000\r\n\r\n" + strings.Repeat(" ", 2_000_000), 413, false},
	{"too large in chunks", line("PUT", put) + bearer + asJSON + chunked + chunk(strings.Repeat(" ", 1_100_000)) + "0\r\n\r\n", 413, false},
	{"no token, too large", line("PUT", put) + asJSON + "Content-Length: 8388609\r\n\r\n" + strings.Repeat(" ", 300_000), 401, false},
	{"no token, expectation", line("PUT", put) + asJSON + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", 401, false},

	// Bodies whose framing is broken.
	{"chunk size is not a number", head + chunked + "zz\r\n{}\r\n0\r\n\r\n", 400, false},
	{"chunk size is negative", head + chunked + "-1\r\n{}\r\n0\r\n\r\n", 400, false},
	{"chunk size has a sign", head + chunked + "+2\r\n{}\r\n0\r\n\r\n", 400, false},
	{"chunk size has 0x", head + chunked + "0x2\r\n{}\r\n0\r\n\r\n", 400, false},
	{"chunk size overflows", head + chunked + "fffffffffffffffff\r\n{}\r\n0\r\n\r\n", 400, false},
	{"chunk size of nothing", head + chunked + "\r\n{}\r\n0\r\n\r\n", 400, false},
	{"bare LF in a chunk size", head + chunked + "2\n{}\r\n0\r\n\r\n", 400, false},
	{"data and two line ends", head + chunked + "2\r\n{}\r\n\r\n0\r\n\r\n", 400, false},
	{"data longer than its chunk", head + chunked + "1\r\n{}\r\n0\r\n\r\n", 400, false},
	{"an extension of 5,000 bytes", head + chunked + "2;" + strings.Repeat("x", 5000) + "\r\n{}\r\n0\r\n\r\n", 400, false},
	{"a trailer that is not a field", head + chunked + chunk(good) + "0\r\nnonsense\r\n\r\n", 400, false},
	{"an extension with a bare LF", head + chunked + fmt.Sprintf("%x;a\nb\r\n%s\r\n0\r\n\r\n", len(good), good), 400, false},
	{"an extension with a bare CR", head + chunked + fmt.Sprintf("%x;a\rb\r\n%s\r\n0\r\n\r\n", len(good), good), 400, false},
	{"400 small chunks with extensions", head + chunked + strings.Repeat("1;"+strings.Repeat("e", 100)+"\r\n \r\n", 400) + chunk(good) + "0\r\n\r\n", 400, false},
	{"two CR behind a chunk size", head + chunked + fmt.Sprintf("%x\r\r\n%s\r\n0\r\n\r\n", len(good), good), 400, false},
	{"a chunk size in lines of LF", head + chunked + fmt.Sprintf("%x\n%s\n0\n\n", len(good), good), 400, false},
	{"no line behind the last chunk", head + chunked + chunk(good) + "0\r\n", 400, false},
	{"a trailer of 80 kB", head + chunked + chunk(good) + "0\r\nX-T: " + strings.Repeat("t", 80<<10) + "\r\n\r\n", 400, false},
	{"a token in a trailer", line("PUT", put) + asJSON + chunked + chunk(good) + "0\r\n" + bearer + "\r\n", 401, false},

	// Requests whose end net/http may see elsewhere than a proxy: what is whole is served, and ends the connection.
	{"chunks beside a length", head + "Content-Length: 4\r\n" + chunked + chunk(good) + "0\r\n\r\n", 200, false},
	{"a length in a trailer", head + chunked + chunk(good) + "0\r\nContent-Length: 5\r\n\r\n", 200, false},
	{"a folded transfer coding", head + "Transfer-Encoding:\r\n chunked\r\n\r\n" + chunk(good) + "0\r\n\r\n", 200, false},
	{"a transfer coding of HTTP/1.0", old(head+"Connection: keep-alive\r\n") + chunked + chunk(good) + "0\r\n\r\n", 400, false},
	{"a transfer coding of HTTP/1.0 beside a length", old(request("Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n", good)), 200, false},
	{"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404, false},
	{"an upgrade to h2c", request("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n", good), 200, true},
	{"an upgrade to websocket", request("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n", good), 200, true},

	// Headers that two servers read differently.
	{"two lengths", head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, false},
	{"length with a sign", head + "Content-Length: +2\r\n\r\n{}", 400, false},
	{"length below 0", head + "Content-Length: -2\r\n\r\n{}", 400, false},
	{"length of text", head + "Content-Length: 2x\r\n\r\n{}", 400, false},
	{"list of lengths", head + "Content-Length: 2, 3\r\n\r\n{}", 400, false},
	{"another transfer coding", head + "Transfer-Encoding: gzip\r\n\r\n", 501, false},
	{"two transfer codings", head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, false},
	{"two fields of transfer coding", head + "Transfer-Encoding: chunked\r\n" + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501, false},
	{"a transfer coding with a bare CR", head + "Transfer-Encoding: chunked\rX: y\r\n\r\n" + chunk(good) + "0\r\n\r\n", 400, false},
	{"a transfer coding with a vertical tab", head + "Transfer-Encoding: \x0bchunked\r\n\r\n" + chunk(good) + "0\r\n\r\n", 400, false},
	{"a transfer coding of nothing", request("Transfer-Encoding:\r\n", good), 501, false},
	{"chunked is not the last coding", head + "Transfer-Encoding: chunked, identity\r\n\r\n" + chunk(good) + "0\r\n\r\n", 501, false},
	{"length of nothing", head + "Content-Length:\r\n\r\n", 400, false},
	{"length above 64 bits", head + "Content-Length: 18446744073709551617\r\n\r\n{}", 400, false},
	{"the largest length", head + "Content-Length: 9223372036854775807\r\n\r\n{}", 413, false},
	{"the first line folded", "PUT " + put + " HTTP/1.1\r\n Host: x\r\n\r\n", 400, false},
	{"lines that end in CR", strings.ReplaceAll(head, "\r\n", "\r") + "\r\n\r\n", 400, false},
	{"a list of hosts", strings.Replace(request("", good), "Host: x", "Host: a, b", 1), 400, false},
	{"20,000 header fields", head + strings.Repeat("A: 1\r\n", 20_000) + "\r\n", 431, false},
	{"a space before the colon", head + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400, false},
	{"a folded line", head + "X-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}", 400, true},
	{"a header without a colon", head + "nonsense\r\n\r\n", 400, false},
	{"a header with a control character", head + "X-A: a\x01b\r\n\r\n", 400, false},
	{"a header with NUL", head + "X-A: a\x00b\r\n\r\n", 400, false},
	{"no host", "PUT " + put + " HTTP/1.1\r\n\r\n", 400, false},
	{"two hosts", line("PUT", put) + "Host: y\r\n\r\n", 400, false},
	{"a host with a slash", "PUT " + put + " HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, false},
	{"no HTTP", "hello\r\n\r\n", 400, false},
	{"another version", "PUT " + put + " HTTP/3.0\r\nHost: x\r\n\r\n", 505, false},
	{"a line of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, false},
	{"a header of 70 kB", "PUT " + put + " HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("a", 70<<10), 431, false},
	{"another expectation", head + "Expect: a miracle\r\nContent-Length: 0\r\n\r\n", 417, false},

	// Whole requests that are refused, or not: the next one is served.
	{"a good request", request("", good), 200, true},
	{"a good chunked request", head + chunked + chunk(good[:10]) + chunk(good[10:]) + "0\r\n\r\n", 200, false},
	{"a chunk with an extension", head + chunked + fmt.Sprintf("%x;a=b\r\n%s\r\n", len(good), good) + "0\r\nX-Trailer: 1\r\n\r\n", 200, false},
	{"bad JSON", request("", `{"workspace_group":`), 400, true},
	{"an invalid field", request("", `{"workspace_group":{"name":1}}`), 400, true},
	{"no such group", strings.Replace(request("", good), put, "/api/v1/workspace_groups/999", 1), 404, true},
	{"no body, no token", line("PUT", put) + "\r\n", 401, true},
	{"no body, another method", line("GET", put) + "\r\n", 405, true},
	{"no body, another path", line("GET", "/") + "\r\n", 404, true},
	{"no body, all of the server", line("OPTIONS", "*") + "\r\n", 404, true},
	{"empty lines in front", "\r\n\r\n" + request("", good), 400, false},
	{"the last request of a connection", request("Connection: close\r\n", good), 200, false},
	{"an old client", old(request("", good)), 200, false},
	{"an old client that keeps its connection", old(request("Connection: keep-alive\r\n", good)), 200, false},
	{"a path with an authority", strings.Replace(request("", good), put, "http://x"+put, 1), 200, true},
	{"a path with an authority and a user", strings.Replace(request("", good), put, "http://u:p@x"+put, 1), 200, true},
	{"a tunnel", "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n", 404, true},
	{"equal lengths", request(fmt.Sprintf("Content-Length: %d\r\n", len(good)), good), 200, true},
	{"a body of GET", strings.Replace(request("", good), "PUT", "GET", 1), 405, false},
	{"an escaped slash in an id", strings.Replace(request("", good), put, put+"%2F8", 1), 400, true},
	{"an escaped slash before an id", strings.Replace(request("", good), put, "/api/v1/workspace_groups%2F7", 1), 404, false},
	{"a folded token", strings.Replace(request("", good), "Bearer demo", "Bearer\r\n demo", 1), 200, true},
	{"a path with dots", strings.Replace(request("", good), put, "/api/v1/../v1/workspace_groups/7", 1), 404, false},
	{"a path with two slashes", strings.Replace(request("", good), put, "//api/v1/workspace_groups/7", 1), 404, false},
	{"a path with NUL", strings.Replace(request("", good), put, put+"%00", 1), 400, true},
	{"a query of traps", strings.Replace(request("", good), put, put+"?include=%00&&=&;", 1), 400, true},
	{"two tokens", strings.Replace(request("", good), bearer, bearer+bearer, 1), 401, false},
	{"a token with a comma", strings.Replace(request("", good), bearer, "Authorization: Bearer demo, Bearer demo\r\n", 1), 401, false},
	{"a token of 50 kB", strings.Replace(request("", good), "demo", strings.Repeat("d", 50<<10), 1), 401, false},
	{"a method of 50 kB", strings.Replace(request("", good), "PUT", strings.Repeat("P", 50<<10), 1), 405, false},
	{"a type with a trap", strings.Replace(request("", good), asJSON, "Content-Type: application/json;charset=utf-16\r\n", 1), 415, false},
	{"two types", strings.Replace(request("", good), asJSON, asJSON+asJSON, 1), 415, false},
	{"a method override", request("X-HTTP-Method-Override: GET\r\n", good), 200, true},
}

// Each hostile request gets one reply, and nothing of what follows it on the connection is served, unless it was whole.
func TestHostileRequests(t *testing.T) {
	var smuggled atomic.Int64
	store := demoStore(t)
	x := start(t, &fake{
		authenticate: store.Authenticate,
		update: func(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
			if u.Name == "smuggled" {
				smuggled.Add(1)
			}
			return store.Update(ctx, by, id, u, in)
		},
	})
	for _, tc := range hostile {
		t.Run(tc.name, func(t *testing.T) {
			smuggled.Store(0)
			c, r := dial(t, x.addr)
			go io.WriteString(c, tc.bytes+inner) // the server need not read all of it
			resp := reply(t, r)
			if resp.status != tc.status {
				t.Fatalf("got %d %s, want %d", resp.status, resp.body, tc.status)
			}
			if tc.keep {
				if again := reply(t, r); again.status != http.StatusOK || smuggled.Load() != 1 {
					t.Errorf("the next request got %d %s", again.status, again.body)
				}
				return
			}
			if resp.header.Get("Connection") != "close" && tc.status != 417 {
				t.Errorf("Connection is %q, want close", resp.header.Get("Connection"))
			}
			if rest, err := io.ReadAll(r); len(rest) > 0 {
				t.Errorf("after the reply there is %q (%v)", rest, err)
			}
			if smuggled.Load() != 0 {
				t.Error("the request after it was served")
			}
		})
	}
	x.do(t, call{body: good}).group(t)
}

// reply reads a reply of the server or, to what is not HTTP, of net/http.
func reply(t *testing.T, r *bufio.Reader) answer {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{resp.StatusCode, resp.Header, body}
	if resp.Close {
		a.header.Set("Connection", "close") // which net/http's client takes out
	}
	if resp.Header.Get("X-Request-Id") != "" && !json.Valid(body) {
		t.Errorf("the body is not JSON: %q", body)
	}
	return a
}

// A client that has sent all of a body that is refused can read why.
func TestReplyToALargeBody(t *testing.T) {
	x := start(t, &fake{}, server.WithMaxBodyBytes(1000))
	body := strings.Repeat(" ", 200<<10)
	for name, fields := range map[string]string{
		"length": fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body),
		"chunks": chunked + chunk(body) + "0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c, r := dial(t, x.addr)
			send(t, c, head+fields)
			receive(t, r).refused(t, 413, "system", "", "1000")
		})
	}
}
