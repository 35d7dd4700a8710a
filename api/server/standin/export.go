package standin

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// curl returns a command line that sends a request. The token is to be in its environment.
func (in *StandIn) curl(e *entry) string {
	parts := []string{"curl", "-X", quote(e.hide(e.Method, false)), quote(in.address(e)), "-H", `"Authorization: Bearer $OXGROUPS_TOKEN"`}
	if e.sent.header().Get("Authorization") == "" {
		parts = parts[:4]
	}
	for _, name := range []string{"Content-Type", "Content-Encoding", "Accept", "Idempotency-Key"} {
		for _, value := range e.shown(e.sent.header())[name] {
			parts = append(parts, "-H", quote(name+": "+value))
		}
	}
	if len(e.Body) > 0 {
		parts = append(parts, "--data-binary", quote(e.text(e.Body)))
	}
	return strings.Join(parts, " ")
}

func (in *StandIn) address(e *entry) string {
	u := url.URL{Path: e.hide(e.Path, false), RawQuery: e.query()}
	return in.URL + u.String()
}

// quote returns text as one word of a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// object is a part of a HAR file: http://www.softwareishard.com/blog/har-12-spec/
type object = map[string]any

// har returns entries as a HAR file, version 1.2.
func (in *StandIn) har(list []*entry) object {
	entries := make([]object, len(list))
	for i, e := range list {
		entries[i] = in.harEntry(e)
	}
	return object{"log": object{"version": "1.2", "creator": object{"name": "oxgroupsd", "version": "1"}, "entries": entries}}
}

func (in *StandIn) harEntry(e *entry) object {
	ms := float64(e.Duration.Microseconds()) / 1000
	request := object{
		"method": e.hide(e.Method, false), "url": in.address(e), "httpVersion": "HTTP/1.1", "cookies": []object{}, "queryString": pairs(parseQuery(e.query())),
		"headers": pairs(e.shown(e.sent.header())), "headersSize": -1, "bodySize": len(e.Body),
	}
	if len(e.Body) > 0 {
		request["postData"] = object{"mimeType": e.sent.header().Get("Content-Type"), "text": e.text(e.Body)}
	}
	return object{
		"startedDateTime": e.Time.Format(time.RFC3339Nano), "time": ms,
		"request": request,
		"response": object{
			"status": e.Status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": []object{}, "headers": pairs(e.shown(e.answered.header())),
			"content":     object{"size": len(e.Reply), "mimeType": e.answered.header().Get("Content-Type"), "text": e.text(e.Reply)},
			"redirectURL": "", "headersSize": -1, "bodySize": len(e.Reply),
		},
		"cache": object{}, "timings": object{"send": 0, "wait": ms, "receive": 0},
	}
}

func parseQuery(text string) url.Values {
	values, _ := url.ParseQuery(text) // what is broken is left out
	return values
}

// pairs returns names with their values in the order of the names.
func pairs(values map[string][]string) []object {
	list := []object{}
	for name, all := range values {
		for _, value := range all {
			list = append(list, object{"name": name, "value": value})
		}
	}
	slices.SortStableFunc(list, func(a, b object) int { return strings.Compare(a["name"].(string), b["name"].(string)) })
	return list
}
