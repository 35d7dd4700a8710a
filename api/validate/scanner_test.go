package validate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/oxgroups/api/validate"
)

// ruleOf returns the rule of the one violation in err, "syntax" for a syntax error, "" for none.
func ruleOf(err error) string {
	var list validate.Violations
	if errors.As(err, new(*validate.SyntaxError)) {
		return "syntax"
	}
	if errors.As(err, &list) && len(list) == 1 {
		return list[0].Rule
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// skip reads any document.
func skip(data string, options validate.Options) error {
	s := validate.NewScanner([]byte(data), options)
	s.Skip()
	return s.End()
}

func TestDocumentsThatAreJSON(t *testing.T) {
	for _, data := range []string{
		`null`, `true`, `false`, `0`, `-0`, `-1.5e+3`, `""`, `[]`, `{}`, " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n",
		`{"a":1,"A":2}`, `{"":0}`, `"\u0000\ud83d\ude00\/\b\f\n\r\t\"\\"`, `"😀"`, "\"\u007f\u0080\u2028\"", `[[],{},"",0,null]`, `{"a":{"a":{"a":1}}}`,
		`{"a\u0062":1,"ab\u0000":2}`, `"` + strings.Repeat("x", 100) + `"`, `1e999999`,
	} {
		if err := skip(data, validate.Options{}); err != nil {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func TestDocumentsThatAreNot(t *testing.T) {
	for name, c := range map[string]struct {
		data   string
		offset int
	}{
		"nothing":                           {"", 0},
		"white space alone":                 {" \n", 2},
		"a byte order mark":                 {"\ufeff{}", 0},
		"data after the document":           {"{} 1", 3},
		"two documents":                     {"{}{}", 2},
		"a closing bracket too many":        {"[]]", 2},
		"an open array":                     {"[1", 2},
		"an open object":                    {`{"a":1`, 6},
		"a comma at the end of an array":    {"[1,]", 3},
		"a comma at the start":              {"[,1]", 1},
		"two commas":                        {"[1,,2]", 3},
		"no comma":                          {"[1 2]", 3},
		"a comma at the end of an object":   {`{"a":1,}`, 7},
		"a comma at the start of one":       {`{,"a":1}`, 1},
		"no colon":                          {`{"a" 1}`, 5},
		"no value":                          {`{"a":}`, 5},
		"a number for a key":                {`{1:2}`, 1},
		"a bare word for a key":             {`{a:2}`, 1},
		"single quotes":                     {`{'a':2}`, 1},
		"a comment":                         {"[1/**/]", 2},
		"the wrong bracket":                 {"[1}", 2},
		"a duplicate key":                   {`{"a":1,"a":1}`, 11},
		"a duplicate key, escaped":          {`{"a":1,"\u0061":1}`, 16},
		"a duplicate key inside":            {`[{"b":{"a":1,"b":2,"a":3}}]`, 23},
		"a literal cut short":               {"tru", 0},
		"a literal in capitals":             {"True", 0},
		"NaN":                               {"NaN", 0},
		"an infinity":                       {"-Infinity", 0},
		"hexadecimal":                       {"0x10", 1},
		"a leading zero":                    {"-01", 0},
		"a point without digits":            {"1.", 0},
		"no digit before the point":         {".5", 0},
		"an exponent without digits":        {"1e+", 0},
		"an open string":                    {`"abc`, 4},
		"an open string of eight bytes":     {`"abcdefgh`, 9},
		"a control character":               {"\"a\nb\"", 2},
		"a control character far in":        {"\"0123456789abcdef\x1f\"", 17},
		"an unknown escape":                 {`"a\x41"`, 2},
		"an escape cut short":               {`"\u12"`, 1},
		"an escape that is not hexadecimal": {`"\u12g4"`, 1},
		"a backslash at the end":            {`"\`, 1},
		"a lone high surrogate":             {`"\ud800"`, 1},
		"a lone low surrogate":              {`"a\udc00"`, 2},
		"two high surrogates":               {`"\ud800\ud800"`, 1},
		"a surrogate before a letter":       {`"\ud800x"`, 1},
		"a surrogate before an escape":      {`"\ud800\n12345"`, 1},
		"a lone surrogate in a key":         {`{"\ud800":1}`, 2},
		"a byte that is not UTF-8":          {"\"a\xff\"", 0},
		"a surrogate in UTF-8":              {"\"\xed\xa0\x80\"", 0},
		"an overlong form":                  {"\"\xc0\xaf\"", 0},
		"UTF-8 cut short":                   {"\"0123456\xe2\x82\"", 0},
		"not UTF-8 after an escape":         {"\"\\n\xff\"", 4},
		"not UTF-8 in a key":                {"{\"\xff\":1}", 1},
		"a NUL byte":                        {"[1]\x00", 3},
	} {
		t.Run(name, func(t *testing.T) {
			err := skip(c.data, validate.Options{})
			var syntax *validate.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("%q: %v, want a syntax error", c.data, err)
			}
			if syntax.Offset != c.offset {
				t.Errorf("%q: at byte %d (%s), want %d", c.data, syntax.Offset, syntax.Message, c.offset)
			}
		})
	}
}

func TestRefuseNUL(t *testing.T) {
	for _, data := range []string{`"\u0000"`, `{"a\u0000b":1}`, `["x","\u0000"]`} {
		if rule := ruleOf(skip(data, validate.Options{RefuseNUL: true})); rule != "syntax" {
			t.Errorf("%s: %q", data, rule)
		}
	}
	if err := skip(`"\u0001\\u0000"`, validate.Options{RefuseNUL: true}); err != nil {
		t.Error(err)
	}
}

func nested(open, end string, levels int) string {
	return strings.Repeat(open, levels) + strings.Repeat(end, levels)
}

func TestDepth(t *testing.T) {
	for _, c := range []struct {
		levels int
		max    int
		ok     bool
	}{{64, 0, true}, {65, 0, false}, {3, 3, true}, {4, 3, false}, {500, 500, true}} {
		for _, data := range []string{nested("[", "]", c.levels), strings.Replace(nested(`{"a":`, "}", c.levels), ":}", ":0}", 1)} {
			if err := skip(data, validate.Options{MaxDepth: c.max}); (err == nil) != c.ok {
				t.Errorf("%d levels, at most %d: %v", c.levels, c.max, err)
			}
		}
	}
	wide := "[" + strings.Repeat("[],{},", 200) + "[]]"
	if err := skip(wide, validate.Options{MaxDepth: 2}); err != nil {
		t.Errorf("levels that were left count still: %v", err)
	}
}

func TestHostileNestingEndsAtOnce(t *testing.T) {
	for _, data := range []string{strings.Repeat("[", 10_000), nested(`{"a":[`, "]}", 10_000), nested("[", "]", 10_000)} {
		// The error is at the first level too many: nothing after it was read.
		var bad *validate.SyntaxError
		if err := skip(data, validate.Options{}); !errors.As(err, &bad) || bad.Offset > 65*len(`{"a":[`) {
			t.Errorf("10,000 levels: %v", err)
		}
	}
}

func TestViolationsAreBounded(t *testing.T) {
	data := []byte("[" + strings.Repeat("1,", 1000) + "1]")
	for max, want := range map[int]int{0: validate.DefaultMaxViolations, 3: 3, 5000: 1001} {
		s := validate.NewScanner(data, validate.Options{MaxViolations: max})
		s.Begin(validate.Array)
		for i := (validate.Items{}); s.NextItem(&i); {
			mark := s.Mark()
			s.String()
			s.WithinItem(mark, i.Index)
		}
		var list validate.Violations
		if !errors.As(s.End(), &list) || len(list) != want {
			t.Fatalf("at most %d: %d violations", max, len(list))
		}
		last := validate.Violation{Pointer: "/1000", Rule: "type", Limit: "a string", Message: "must be a string"}
		if want < 1001 {
			last = validate.Violation{Rule: validate.Unlisted, Message: fmt.Sprint(1001-(want-1), " more violations are not listed")}
		}
		if list[want-1] != last || list[want-2].Pointer != fmt.Sprintf("/%d", want-2) {
			t.Errorf("at most %d: the last ones are %v", max, list[want-2:])
		}
	}
}

func TestPointersOfViolations(t *testing.T) {
	s := validate.NewScanner([]byte(`{"a/b~c":[{"":1}]}`), validate.Options{})
	var outer, inner validate.Members
	var items validate.Items
	s.Begin(validate.Object)
	outerKey, _ := s.NextMember(&outer)
	s.Begin(validate.Array)
	s.NextItem(&items)
	s.Begin(validate.Object)
	innerKey, _ := s.NextMember(&inner)
	s.Bool()
	s.Within(0, innerKey)
	s.NextMember(&inner)
	s.Missing("x/y")
	s.WithinItem(0, items.Index)
	s.NextItem(&items)
	s.Within(0, outerKey)
	s.NextMember(&outer)
	want := "/a~1b~0c/0/: must be a boolean\n/a~1b~0c/0/x~1y: is required"
	if err := s.End(); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestNothingIsReadBehindASyntaxError(t *testing.T) {
	s := validate.NewScanner([]byte(`[1 "secret"]`), validate.Options{})
	s.Begin(validate.Array)
	var items validate.Items
	for s.NextItem(&items) {
		s.Int64()
	}
	if v, ok := s.String(); ok || v != "" {
		t.Errorf("read %q", v)
	}
	if _, ok := s.NextMember(&validate.Members{}); ok || s.Null() || s.NextItem(&items) || s.Valid() || s.Raw(0) != nil {
		t.Error("something is read")
	}
	if s.Rewind(0); s.Kind() != validate.Invalid {
		t.Errorf("the next value is of kind %d", s.Kind())
	}
	if rule := ruleOf(s.End()); rule != "syntax" {
		t.Error(rule)
	}
}

func TestOtherTypesAreSkippedAndReported(t *testing.T) {
	for _, c := range []struct {
		data, want string
		read       func(*validate.Scanner)
	}{
		{`{"a":[1,"x"]}`, "must be a string", func(s *validate.Scanner) { s.String() }},
		{`"true"`, "must be a boolean", func(s *validate.Scanner) { s.Bool() }},
		{`[[]]`, "must be an object", func(s *validate.Scanner) { s.Begin(validate.Object) }},
		{`{"a":1}`, "must be an array", func(s *validate.Scanner) { s.Begin(validate.Array) }},
		{`null`, "must be an integer", func(s *validate.Scanner) { s.Int64() }},
		{`false`, "must be a number", func(s *validate.Scanner) { s.Number() }},
		{`{"a":1,"a":2}`, "duplicate key at byte 11", func(s *validate.Scanner) { s.String() }},
	} {
		s := validate.NewScanner([]byte(c.data), validate.Options{})
		c.read(s)
		if err := s.End(); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.data, err, c.want)
		}
	}
}

func TestKnownKeysOnce(t *testing.T) {
	s := validate.NewScanner([]byte(`{"a":1,"b":2,"a":3}`), validate.Options{})
	var seen uint64
	var m validate.Members
	s.Begin(validate.Object)
	count := 0
	for key, ok := s.NextMember(&m); ok; key, ok = s.NextMember(&m) {
		s.Once(&seen, 1<<(key[0]-'a'))
		s.Skip()
		count++
	}
	if rule := ruleOf(s.End()); rule != "syntax" {
		t.Errorf("got %q after %d members", rule, count)
	}
}

// Keys are read in whatever form they are written.
func TestKeysInEveryForm(t *testing.T) {
	for doc, want := range map[string]string{
		`{"a":0,"b":0,"c":0}`:                 "abc",
		`{"c":0,"b":0,"a":0}`:                 "cba",
		`{ "a" : 0 , "c" :0,"x": 0, "d" : 0}`: "acxd",
		`{"a":0,"\u0062":0,"o":0,"p":0}`:      "abop",
		`{"ab":0,"a":0}`:                      "aba",
		`{}`:                                  "",
		`{"é":0,"b":0}`:                       "éb",
	} {
		keys, ok := keysOf([]byte(doc))
		if got := strings.Join(keys, ""); !ok || got != want {
			t.Errorf("%s has the keys %q, want %q", doc, got, want)
		}
	}
	for _, broken := range []string{`{"a":0 "b":0}`, `{"a"`, `{"a"}`, `{"a":0,}`, `{"a":0,"a":0}`, `{,"a":0}`, `{"a":0,  b":0}`} {
		if keys, ok := keysOf([]byte(broken)); ok {
			t.Errorf("%s is accepted with the keys %q", broken, keys)
		}
	}
}

func TestManyUnknownKeys(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, `"k%d":0,`, i)
	}
	if err := skip("{"+b.String()+`"k":0}`, validate.Options{}); err != nil {
		t.Error(err)
	}
	for _, key := range []string{"k0", "k15", "k16", "k17", "k999"} {
		if rule := ruleOf(skip("{"+b.String()+`"`+key+`":0}`, validate.Options{})); rule != "syntax" {
			t.Errorf("a second %s: %q", key, rule)
		}
	}
}

func TestCountItems(t *testing.T) {
	for data, want := range map[string]int{"[]": 0, "[1]": 1, "[1,2,3]": 3, "[": 0, "[1,2": 0, "[" + strings.Repeat(",", 1<<20) + "]": 1 << 16} {
		s := validate.NewScanner([]byte(data), validate.Options{})
		s.Begin(validate.Array)
		if got := s.CountItems(); got != want {
			t.Errorf("%.20s: %d, want %d", data, got, want)
		}
	}
}

func ExampleScanner() {
	s := validate.NewScanner([]byte(`{"name":"Acme","size":"large"}`), validate.Options{})
	if s.Begin(validate.Object) {
		var m validate.Members
		for key, ok := s.NextMember(&m); ok; key, ok = s.NextMember(&m) {
			mark := s.Mark()
			switch key {
			case "name":
				name, _ := s.String()
				fmt.Println(name)
			case "size":
				s.Int64()
			default:
				s.Unknown(&m, key)
				s.Skip()
			}
			s.Within(mark, key)
		}
	}
	fmt.Println(s.End())
	// Output:
	// Acme
	// /size: must be an integer
}
