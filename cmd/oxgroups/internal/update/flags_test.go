package update

import (
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/cmd/oxgroups/internal/account"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// madeUp stands for what a spec may come to have.
var madeUp = []validate.Field{
	{Name: "url", Kind: validate.String},
	{Name: "help", Kind: validate.String},
	{Name: "tag_ids", Kind: validate.Array, Items: validate.String},
	{Name: "tag", Kind: validate.String},
	{Name: "tags", Kind: validate.Array, Items: validate.String},
	{Name: "ratio", Kind: validate.Number},
	{Name: "level", Kind: validate.String, Enum: []string{"low", "high"}, Description: "How `high`\n it is"},
	{Name: "anything", Kind: validate.Any},
	{Name: "free", Kind: validate.Object},
	{Name: "rows", Kind: validate.Array, Items: validate.Object},
	{Name: "e-mail", Kind: validate.String, Nullable: true},
	{Name: "_links", Kind: validate.String},
	{Name: "a.b", Kind: validate.Object, Fields: []validate.Field{{Name: "c.d", Kind: validate.Integer}}},
}

func TestFlagsOfAnySpec(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string
	}{
		"a name that the command has":   {[]string{"--field-url", "x"}, `{"url":"x"}`},
		"a name that is always there":   {[]string{"--field-help", "x"}, `{"help":"x"}`},
		"a list and its singular":       {[]string{"--tag", "a", "--field-tag", "b"}, `{"tag_ids":["a"],"tag":"b"}`},
		"strings with commas and space": {[]string{"--tags", `" a,b",c`}, `{"tags":[" a,b","c"]}`},
		"a number":                      {[]string{"--ratio", "0.5"}, `{"ratio":0.5}`},
		"no number":                     {[]string{"--ratio", "half"}, `{"ratio":"half"}`},
		"the last of two wins":          {[]string{"--level", "low", "--level", "high"}, `{"level":"high"}`},
		"JSON":                          {[]string{"--anything", `[1,{"a":null}]`, "--free", `{"a":1}`}, `{"anything":[1,{"a":null}],"free":{"a":1}}`},
		"no JSON":                       {[]string{"--anything", `x y`}, `{"anything":"x y"}`},
		"names that are odd":            {[]string{"--e-mail", "a", "--links", "b", "--a.b", "c.d=1"}, `{"e-mail":"a","_links":"b","a.b":{"c.d":1}}`},
		"a list of objects":             {[]string{"--rows", `"{""a"":1,""b"":2}",{}`}, `{"rows":[{"a":1,"b":2},{}]}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var to assignments
			flags := pflag.NewFlagSet("", pflag.ContinueOnError)
			flags.String("url", "", "")
			addFieldFlags(flags, madeUp, &to)
			if err := flags.Parse(tt.args); err != nil {
				t.Fatal(err)
			}
			var o rows.Object
			for _, a := range to {
				o.AtPath(a.path).Set(a.value)
			}
			if got := string(o.Append(nil)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestHelpOfAnySpec(t *testing.T) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	addFieldFlags(flags, madeUp, new(assignments))
	help := flags.FlagUsages()
	for _, want := range []string{"--level low|high", "How 'high' it is", "--tags string,...", "--free JSON", "--ratio number"} {
		if !strings.Contains(help, want) {
			t.Errorf("%q is not in\n%s", want, help)
		}
	}
}

// What flags cannot say is set by --field, and every field can be cleared, however odd its name is.
func TestAssign(t *testing.T) {
	for name, tt := range map[string]struct {
		set, clear []string
		want, err  string
	}{
		"JSON":                  {set: []string{`tags=["a,b"]`, `a.b.c.d=2`, `_links="x"`}, want: `{"tags":["a,b"],"a.b":{"c.d":2},"_links":"x"}`},
		"cleared":               {clear: []string{"e-mail", "_links", "a.b.c.d", "tag-ids"}, want: `{"e-mail":null,"_links":null,"a.b":{"c.d":null},"tag_ids":null}`},
		"no such field":         {set: []string{"nmae=1"}, err: `there is no field "nmae"`},
		"no such field cleared": {clear: []string{"tgas"}, err: `did you mean "tag"?`},
		"no JSON":               {set: []string{"tag=secret"}, err: "--field tag: the value is not JSON"},
		"no value":              {set: []string{"tag"}, err: "KEY=JSON"},
		"both":                  {set: []string{"a.b.c.d=2"}, clear: []string{"a.b"}, err: "a.b is given a value too"},
	} {
		t.Run(name, func(t *testing.T) {
			o := &Options{Connection: account.Connection{IO: console.IO{Err: new(strings.Builder)}}, fields: madeUp, Set: tt.set, Clear: tt.clear}
			var body rows.Object
			err := o.assign(&body)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "secret") {
					t.Errorf("error %v, want %s", err, tt.err)
				}
				return
			}
			if got := string(body.Append(nil)); err != nil || got != tt.want {
				t.Errorf("got %s, %v; want %s", got, err, tt.want)
			}
		})
	}
}

// A parameter of the query or the header becomes a flag.
func TestFlagsOfParameters(t *testing.T) {
	var params struct {
		Include *string `json:"include,omitempty"`
		Trace   *string `json:"X-Trace,omitempty"`
		Depth   *int32  `json:"depth,omitempty"`
		Dry     bool    `json:"dry_run"`
	}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	table := []validate.Parameter{
		{In: "path", Field: validate.Field{Name: "id", Kind: validate.Integer}},
		{In: "query", Field: validate.Field{Name: "include", Kind: validate.String}},
		{In: "header", Field: validate.Field{Name: "X-Trace", Kind: validate.String, Description: "Names the request"}},
		{In: "query", Field: validate.Field{Name: "depth", Kind: validate.Integer, Rules: []string{"must be at least 1"}}},
		{In: "query", Field: validate.Field{Name: "dry_run", Kind: validate.Boolean}},
	}
	addParamFlags(flags, table, reflect.ValueOf(&params).Elem())
	if err := flags.Parse([]string{"--x-trace", "5", "--depth", "3", "--dry-run", "true"}); err != nil {
		t.Fatal(err)
	}
	if *params.Trace != "5" || *params.Depth != 3 || !params.Dry || flags.Lookup("include") != nil {
		t.Errorf("got %+v", params)
	}
	if err := flags.Parse([]string{"--depth", "secret"}); err == nil || !strings.Contains(err.Error(), "must be of type integer") {
		t.Errorf("error %v", err)
	}
}
