package console

import (
	"strings"
	"testing"
)

func TestTables(t *testing.T) {
	document := func(objects, included string) string {
		return `{"results":[{"key":"things","id":"1"}],"things":{"1":` + objects + `},"meta":{"count":1}` + included + `}`
	}
	long := strings.Repeat("x", 50)
	tests := map[string]struct{ document, want string }{
		"every type of value": {
			document(`{"id":"1","n":1.50,"yes":true,"none":null,"list":["a",2,null],"nil":[],"obj":{"a":1}}`, ""),
			"id    1\nn     1.50\nyes   true\nnone  -\nlist  a, 2, -\nnil   -\nobj   {\"a\":1}\n",
		},
		"wide characters are aligned": {
			document(`{"id":"1"}`, `,"parts":{"1":{"id":"1","title":"日本","n":1},"2":{"id":"2","title":"abcdef","n":2}}`),
			"id  1\n\nparts\nid  title   n\n1   日本    1\n2   abcdef  2\n",
		},
		"members that only some objects have": {
			document(`{"id":"1"}`, `,"parts":{"1":{"id":"1","a":"x"},"2":{"id":"2","b":"y"}}`),
			"id  1\n\nparts\nid  a  b\n1   x  -\n2   -  y\n",
		},
		"long cells are cut, and columns that find no room": {
			document(`{"id":"1","text":"`+long+`"}`, `,"parts":{"1":{"id":"1","a":"`+long+`","b":"`+long+`","c":"`+long+`"}}`),
			"id    1\ntext  " + long + "\n\nparts\nid  a" + strings.Repeat(" ", 41) + "b" + strings.Repeat(" ", 41) + "…\n" +
				"1   " + long[:39] + "…  " + long[:39] + "…\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := newSheet([]byte(tt.document), "things", "1")
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			s.draw(&out, Screen{Terminal: true, Width: 100})
			if out.String() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", out.String(), tt.want)
			}
		})
	}
}
