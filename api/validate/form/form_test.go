package form_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/oxgroups/api/validate"

	"example.com/oxgroups/api/validate/form"
)

var fields = []validate.Field{
	{Name: "group", Kind: validate.Object, Fields: []validate.Field{
		{Name: "name", Kind: validate.String},
		{Name: "company", Kind: validate.Boolean},
		{Name: "ids", Kind: validate.Array, Items: validate.Integer},
		{Name: "reference", Kind: validate.Object, Fields: []validate.Field{
			{Name: "service", Kind: validate.String},
			{Name: "locked", Kind: validate.Boolean},
		}},
	}},
	{Name: "include", Kind: validate.String},
}

func TestAppendJSON(t *testing.T) {
	for _, tc := range []struct{ name, form, want string }{
		{"a string", "group[name]=Acme", `{"group":{"name":"Acme"}}`},
		{"the top level", "include=a,b", `{"include":"a,b"}`},
		{"escaped brackets", "group%5Bname%5D=Acme", `{"group":{"name":"Acme"}}`},
		{"escapes in a value", "group[name]=a+b%26c%3Dd%C3%A9", `{"group":{"name":"a b&c=dé"}}`},
		{"an equals sign in a value", "include=a=b", `{"include":"a=b"}`},
		{"digits for a string stay a string", "group[name]=10", `{"group":{"name":"10"}}`},
		{"null for a string is text", "group[name]=null", `{"group":{"name":"null"}}`},
		{"no equals sign is null", "group[name]", `{"group":{"name":null}}`},
		{"nothing after the equals sign is empty", "group[name]=", `{"group":{"name":""}}`},
		{"an object without an equals sign is null", "group", `{"group":null}`},
		{"an object with a value stays for the validator", "group=x", `{"group":"x"}`},
		{"a boolean as a word", "group[company]=true", `{"group":{"company":true}}`},
		{"a boolean as a digit", "group[company]=0", `{"group":{"company":false}}`},
		{"a boolean that is none stays for the validator", "group[company]=maybe", `{"group":{"company":"maybe"}}`},
		{"a list", "group[ids][]=10&group[ids][]=11", `{"group":{"ids":[10,11]}}`},
		{"a list keeps its order", "group[ids][]=11&group[ids][]=10", `{"group":{"ids":[11,10]}}`},
		{"a list by numbers is put in order", "group[ids][10]=3&group[ids][9]=2&group[ids][0]=1", `{"group":{"ids":[1,2,3]}}`},
		{"a list without an equals sign is empty", "group[ids][]", `{"group":{"ids":[]}}`},
		{"an element without a value is none", "group[ids][]&group[ids][]=10", `{"group":{"ids":[10]}}`},
		{"an empty element stays for the validator", "group[ids][]=", `{"group":{"ids":[""]}}`},
		{"a list that is a scalar stays for the validator", "group[ids]=10", `{"group":{"ids":"10"}}`},
		{"an element that is not a number stays for the validator", "group[ids][]=many", `{"group":{"ids":["many"]}}`},
		{"a list null", "group[ids]", `{"group":{"ids":null}}`},
		{"an empty boolean is null", "group[company]=", `{"group":{"company":null}}`},
		{"an empty list is null", "group[ids]=", `{"group":{"ids":null}}`},
		{"an empty object is null", "group=", `{"group":null}`},
		{"a list in the place of an object stays for the validator", "group[]=a", `{"group":["a"]}`},
		{"a list in the place of a scalar stays for the validator", "group[name][]=a&group[name][]=b", `{"group":{"name":["a","b"]}}`},
		{"a list of objects in the place of an object stays for the validator", "group[][name]=a", `{"group":["a"]}`},
		{"JSON in the place of an object stays for the validator", "group={}", `{"group":"{}"}`},
		{"a nested object", "group[reference][service]=jira&group[reference][locked]=1", `{"group":{"reference":{"service":"jira","locked":true}}}`},
		{"an object where a scalar belongs stays for the validator", "group[name][x]=1", `{"group":{"name":{}}}`},
		{"unknown names are left out", "filters=&group[color]=red&group[name]=A&utf8=%E2%9C%93", `{"group":{"name":"A"}}`},
		{"unknown names only", "group[color]=red", `{"group":{}}`},
		{"names are compared exactly", "Group[name]=A&group[Name]=B", `{"group":{}}`},
		{"unknown names may repeat", "x=1&x=2&include=a", `{"include":"a"}`},
		{"empty pairs", "&&include=a&", `{"include":"a"}`},
		{"an empty name", "=a", `{}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := form.AppendJSON([]byte("prefix "), []byte(tc.form), fields)
			if err != nil {
				t.Fatal(err)
			}
			if want := "prefix " + tc.want; string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestAppendJSONRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, form string
		offset     int
		message    string
	}{
		{"nothing", "", 0, "end of the form"},
		{"a scalar twice", "include=a&include=a", 10, "twice"},
		{"null twice", "include&include", 8, "twice"},
		{"a number of a list twice", "group[ids][0]=1&group[ids][0]=2", 16, "twice"},
		{"list then object", "group[]=x&group[name]=A", 10, "two shapes"},
		{"object then list", "group[name]=A&group[]=x", 14, "two shapes"},
		{"scalar then object", "group=x&group[name]=A", 8, "two shapes"},
		{"object then scalar", "group[name]=A&group=x", 14, "two shapes"},
		{"list then scalar", "group[ids][]=1&group[ids]=2", 15, "two shapes"},
		{"scalar then list", "group[ids]=2&group[ids][]=1", 13, "two shapes"},
		{"list and numbers", "group[ids][]=1&group[ids][0]=1", 15, "two shapes"},
		{"a name for an element", "group[ids][x]=1", 0, "not a number"},
		{"a number with a leading zero", "group[ids][01]=1", 0, "not a number"},
		{"a negative number", "group[ids][-1]=1", 0, "not a number"},
		{"objects in a list", "group[ids][][x]=1", 0, "cannot hold objects"},
		{"a bracket left open", "group[name=A", 0, "bracket"},
		{"a bracket never opened", "group]=A", 0, "bracket"},
		{"text between brackets", "group[a]b[c]=A", 0, "bracket"},
		{"a bracket in a bracket", "group[a[b]]=A", 0, "bracket"},
		{"a broken escape", "include=%zz", 0, "percent"},
		{"an escape cut short", "include=%4", 0, "percent"},
		{"a broken escape in an unknown name", "a=1&%=b", 4, "percent"},
		{"invalid UTF-8", "include=\xff", 0, "UTF-8"},
		{"invalid UTF-8 escaped", "include=%ff", 0, "UTF-8"},
		{"U+0000", "include=a%00b", 0, "U+0000"},
		{"deep names", "group" + strings.Repeat("[a]", 10_000) + "=1", 0, "deeper than 64"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := form.AppendJSON(nil, []byte(tc.form), fields)
			var syntax *validate.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a *validate.SyntaxError", err)
			}
			if syntax.Offset != tc.offset || !strings.Contains(syntax.Message, tc.message) {
				t.Errorf("got %v, want %q at byte %d", syntax, tc.message, tc.offset)
			}
		})
	}
}

func TestAppendStandardJSON(t *testing.T) {
	fields := []validate.Field{
		{Name: "name", Kind: validate.String},
		{Name: "size", Kind: validate.Integer},
		{Name: "ids", Kind: validate.Array, Items: validate.Integer},
		{Name: "tags", Kind: validate.Array, Items: validate.String},
		{Name: "meta", Kind: validate.Object},
		{Name: "either", Kind: validate.Any},
	}
	for _, tc := range []struct{ name, form, want string }{
		{"scalars", "name=a+b%26c&size=7", `{"name":"a b&c","size":7}`},
		{"digits for a string stay a string", "name=7", `{"name":"7"}`},
		{"no equals sign is null", "name&size", `{"name":null,"size":null}`},
		{"nothing after the equals sign", "name=&size=", `{"name":"","size":null}`},
		{"a number that is none stays for the validator", "size=many", `{"size":"many"}`},
		{"an array by repetition", "ids=3&name=x&ids=1", `{"ids":[3,1],"name":"x"}`},
		{"one element is an array", "ids=3", `{"ids":[3]}`},
		{"an array without elements", "ids", `{"ids":[]}`},
		{"an empty value in an array", "ids=&tags=", `{"ids":[],"tags":[""]}`},
		{"an object as JSON", `meta={"a":[1]}`, `{"meta":{"a":[1]}}`},
		{"an object that is not JSON stays for the validator", "meta={", `{"meta":"{"}`},
		{"a field of any type", "either=5", `{"either":5}`},
		{"text in a field of any type", "either=five", `{"either":"five"}`},
		{"brackets are a part of a name", "ids[]=3", `{"ids[]":"3"}`},
		{"unknown names stay for the validator", "x=1&y&x=2&x=3", `{"x":["1","2","3"],"y":""}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := form.AppendStandardJSON([]byte("prefix "), []byte(tc.form), fields)
			if want := "prefix " + tc.want; err != nil || string(got) != want {
				t.Errorf("got  %s, %v\nwant %s", got, err, want)
			}
		})
	}
	for _, tc := range []struct{ name, form, message string }{
		{"nothing", "", "end of the form"},
		{"a scalar twice", "name=a&name=b", "twice"},
		{"a broken escape", "name=%zz", "percent"},
		{"invalid UTF-8", "name=%ff", "UTF-8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var syntax *validate.SyntaxError
			if _, err := form.AppendStandardJSON(nil, []byte(tc.form), fields); !errors.As(err, &syntax) || !strings.Contains(syntax.Message, tc.message) {
				t.Errorf("got %v, want %q", err, tc.message)
			}
		})
	}
}

// What comes out is always JSON, no larger than the form allows, and errors have an offset inside the form.
func FuzzAppendJSON(f *testing.F) {
	f.Add([]byte("group[name]=Acme&group[ids][]=10&include=a"))
	f.Add([]byte("group[ids][3]=1&group[ids][1]=2&group[reference][locked]=1"))
	f.Add([]byte("group&a=%41+b&[x]=1&group[name]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		got, err := form.AppendStandardJSON(nil, body, fields)
		if err == nil && !json.Valid(got) {
			t.Fatalf("not JSON: %s", got)
		}
		got, err = form.AppendJSON(nil, body, fields)
		if string(body) != before {
			t.Fatal("the form was changed")
		}
		if err != nil {
			var syntax *validate.SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(body) {
				t.Fatalf("got %#v", err)
			}
			return
		}
		if !json.Valid(got) {
			t.Fatalf("not JSON: %s", got)
		}
		// A control character of one byte becomes six, a pair becomes at most its text, quotes and a comma.
		if len(got) > 7*len(body)+100 {
			t.Fatalf("%d bytes became %d", len(body), len(got))
		}
	})
}

func ExampleAppendJSON() {
	fields := []validate.Field{{Name: "group", Kind: validate.Object, Fields: []validate.Field{
		{Name: "name", Kind: validate.String},
		{Name: "ids", Kind: validate.Array, Items: validate.Integer},
	}}}
	document, err := form.AppendJSON(nil, []byte("group[name]=Acme&group[ids][]=10&group[ids][]=11"), fields)
	fmt.Println(string(document), err)
	// Output: {"group":{"name":"Acme","ids":[10,11]}} <nil>
}

func TestUnknown(t *testing.T) {
	fields := []validate.Field{{Name: "group", Kind: validate.Object, Fields: []validate.Field{
		{Name: "name", Kind: validate.String}, {Name: "ids", Kind: validate.Array, Items: validate.Integer},
	}}, {Name: "include", Kind: validate.String}}
	for _, tc := range []struct {
		form string
		want []string
	}{
		{"", nil},
		{"group[name]=A&group[ids][]=1&include=x", nil},
		{"group[color]=red&group%5Bcolor%5D=blue&only=1", []string{"group.color", "only"}},
		{"group[owner][name]=A&Include=x", []string{"Include", "group.owner"}},
		{"group[name=A&%zz=1&&=1&x]=1", nil},
	} {
		if got := form.Unknown([]byte(tc.form), fields); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.form, got, tc.want)
		}
	}
}
