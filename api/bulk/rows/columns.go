package rows

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
)

// clearCell is a cell that says null, as in the text format of SQL databases.
const clearCell = `\N`

const notUTF8 = "must be UTF-8; save the file in that encoding (in a spreadsheet: CSV UTF-8), or convert it: iconv -f WINDOWS-1252 -t UTF-8"

// columns say which column of a CSV is what.
type columns struct {
	options Options
	header  []string
	list    []column
	id      int
	object  Object
	nulls   map[int]int // how many cells of a column have a word for null
}

// column is one column: of a field, of the id or the reason, or of neither.
type column struct {
	name    string // of the field, or as in the header
	path    Path
	value   *Value
	reason  bool
	ignored bool // whatever its cells have
}

// newColumns reads the header of a CSV.
func newColumns(header []string, options Options) (*columns, []Problem) {
	c := &columns{options: options, header: header, list: make([]column, len(header)), id: -1, nulls: map[int]int{}}
	var problems []Problem
	first := map[string]int{}
	unused := maps.Clone(options.Columns)
	for i, title := range header {
		name := trimBlanks(title)
		if renamed, ok := options.Columns[name]; ok {
			delete(unused, name)
			name = renamed
		}
		problem := c.add(i, name, len(problems))
		if before, twice := first[name]; twice && !c.list[i].ignored && name != "" {
			problem = fmt.Sprintf("the column %q is there twice; it is column %d too", shown(name), before+1)
		}
		first[name] = i
		if problem != "" {
			problems = append(problems, Problem{Column: i + 1, Rule: "unknown", Message: problem})
		}
	}
	if !slices.ContainsFunc(c.list, func(col column) bool { return col.path != nil || alike(col.name) != "" }) {
		return nil, []Problem{{Rule: "unknown", Message: "no column is known here; the first line has to be the header, such as id,name, with nothing above it" + choice()}}
	}
	for _, name := range slices.Sorted(maps.Keys(unused)) {
		problems = append(problems, Problem{Rule: "unknown", Message: nearest.Unknown("column", name, header).Error() + "; it was to be renamed"})
	}
	if len(problems) > 0 {
		return nil, problems
	}
	if c.id < 0 {
		problems = append(problems, Problem{Field: idName, Rule: "required", Message: "there is no such column; it names the group"})
	}
	return c, append(problems, c.missing(nil, Fields())...)
}

// add says what the column called name is. It returns what is wrong with it.
func (c *columns) add(i int, name string, problems int) string {
	col := &c.list[i]
	col.name = name
	path := Find(Fields(), name)
	switch {
	case !utf8.ValidString(name):
		return notUTF8
	case path != nil && len(path.Field().Fields) > 0:
		var parts []string
		for _, leaf := range Leaves(path.Field().Fields) {
			parts = append(parts, name+"."+leaf.String())
		}
		return fmt.Sprintf("%q has columns for its parts: %s", name, strings.Join(parts, ", "))
	case path != nil:
		col.path, col.value = path, c.object.AtPath(path)
	case name == idName:
		c.id = i
	case name == ReasonName:
		col.reason = true
	case c.options.IgnoreUnknown:
		col.ignored = true
	case name != "":
		return unknownColumn(name, problems)
	}
	return ""
}

// knownColumns returns the names that a column can have.
func knownColumns() []string {
	known := []string{idName}
	for _, leaf := range Leaves(Fields()) {
		known = append(known, leaf.String())
	}
	return known
}

// alike returns the name of a column that has the same letters as name, or "".
func alike(name string) string {
	plain := letters(name)
	i := slices.IndexFunc(knownColumns(), func(known string) bool { return letters(known) == plain })
	if i < 0 {
		return ""
	}
	return knownColumns()[i]
}

// unknownColumn words that there is no such column, with a hint where one is near. There were so many problems before.
func unknownColumn(name string, problems int) string {
	if problems >= maxProblems {
		return "there is no such column" // it is counted, not listed
	}
	if known := alike(name); known != "" {
		return fmt.Sprintf("there is no column %q; did you mean %q? --column '%s=%s' takes it for that", name, known, strings.ReplaceAll(name, "'", `'\''`), known)
	}
	hint := nearest.Hint(name, knownColumns())
	if hint == "" && problems == 0 {
		hint = choice()
	}
	return fmt.Sprintf("there is no column %q%s", shown(name), hint)
}

// choice says which columns there are.
func choice() string {
	return "; there are " + strings.Join(knownColumns(), ", ") + "; --column OLD=NEW takes one for another, --ignore-unknown passes over the rest"
}

// shown bounds a name of a header for messages.
func shown(name string) string {
	if len(name) > 100 {
		return strings.ToValidUTF8(name[:100], "") + "…"
	}
	return name
}

// letters returns the letters and digits of a name in lower case.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// missing returns a problem for each required field that no column gives, of the update and of objects that have columns.
func (c *columns) missing(at Path, fields []validate.Field) []Problem {
	var problems []Problem
	for i := range fields {
		path := append(slices.Clip(at), &fields[i])
		there := slices.ContainsFunc(c.list, func(col column) bool {
			return len(col.path) >= len(path) && slices.Equal(col.path[:len(path)], path)
		})
		switch f := path.Field(); {
		case there:
			problems = append(problems, c.missing(path, f.Fields)...)
		case f.Required:
			who := "row"
			if len(at) > 0 {
				who = at.String()
			}
			problems = append(problems, Problem{Field: path.String(), Rule: "required", Message: "there is no such column, and every " + who + " needs it"})
		}
	}
	return problems
}

// read puts the cells of a record into the object. An empty cell leaves its field out. It returns what cannot be a value.
func (c *columns) read(cells []string) []Problem {
	var problems []Problem
	for i := range c.list {
		col, cell := &c.list[i], cells[i]
		blank := trimBlanks(cell)
		problem := ""
		switch {
		case !utf8.ValidString(cell):
			problem = notUTF8
		case strings.IndexByte(cell, 0) >= 0:
			problem = "must not have U+0000 in it"
		case col.path == nil && col.name == "" && blank != "" && !col.ignored:
			problem = "has a value, and the header no name for it; --ignore-unknown passes over it"
		case col.path != nil && spreadsheetError.MatchString(blank):
			problem = "is what a spreadsheet writes for an error, such as #N/A; correct the formula or empty the cell"
		}
		if problem != "" {
			problems = append(problems, Problem{Column: i + 1, Field: col.name, Rule: "syntax", Message: problem})
		}
		if col.path != nil {
			c.set(i, cell, blank)
		}
	}
	return problems
}

// spreadsheetError finds the errors of Excel, in several languages, of Google Sheets and of LibreOffice.
var spreadsheetError = regexp.MustCompile(`^(#(N/[A-Z]+|NV|[\p{Lu}¡¿0/_]+[!?]|GETTING_DATA)|Err:\d{3})$`)

// formatted finds numbers as they are shown to people, or marked as text.
var formatted = regexp.MustCompile(`^(#+|['’=#$€£+"]*-?\d[\d.,'’\s\x{a0}\x{202f}]*([eE][+-]?\d+)?[\s%€"]*)$`)

// hint returns what would be right in the cell of a column whose value is of another type.
func (c *columns) hint(i int, cell string) string {
	kind, hint := validate.Integer, ""
	if path := c.list[i].path; path != nil {
		kind = path.Field().Kind
	}
	if kind == validate.Array {
		kind, hint = c.list[i].path.Field().Items, "; elements are separated by \";\""
	}
	switch {
	case kind == validate.Boolean:
		return ": true, false, 1 or 0" + hint
	case (kind == validate.Integer || kind == validate.Number) && formatted.MatchString(trimBlanks(cell)):
		return hint + "; it is formatted for people: show the column as numbers without separators, decimals, exponents or marks, wide enough, and export it again"
	}
	return hint
}

// set makes a cell the JSON of its field, and leaves it to the validator to judge.
func (c *columns) set(i int, cell, blank string) {
	value, f := c.list[i].value, c.list[i].path.Field()
	dst := value.JSON[:0]
	value.JSON = nil
	if f.Kind != validate.String || len(f.Enum) > 0 {
		cell = blank
	}
	switch {
	case cell == "":
		return
	case cell == clearCell, c.options.Null != "" && blank == c.options.Null:
		value.JSON = append(dst, "null"...)
		return
	case isNullWord(blank):
		c.nulls[i]++
	}
	switch f.Kind {
	case validate.Array:
		value.JSON = appendList(dst, f.Items, cell)
	case validate.Boolean:
		if lower := strings.ToLower(cell); lower == "true" || lower == "false" { // spreadsheets write TRUE
			cell = lower
		}
		value.JSON = validate.AppendText(dst, f.Kind, cell)
	default:
		value.JSON = validate.AppendValue(dst, f.Kind, cell)
	}
}

func isNullWord(text string) bool {
	switch strings.ToLower(text) {
	case "null", "none", "nil", "nan", "<null>", "(null)":
		return true
	}
	return false
}

// appendList appends the elements of a cell, which are separated by ";", those that are not strings also by ",". A JSON array
// is taken as it is.
func appendList(dst []byte, items validate.Kind, cell string) []byte {
	if strings.HasPrefix(cell, "[") && json.Valid([]byte(cell)) {
		return append(dst, cell...)
	}
	text := items == validate.String
	dst = append(dst, '[')
	parts := strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == ',' && !text })
	if strings.Contains(cell, ";;") || strings.Contains(cell, ",,") && !text {
		parts = strings.Split(strings.ReplaceAll(cell, ",", ";"), ";") // an empty element is an error
	}
	for i, part := range parts {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !text {
			part = trimBlanks(part)
		}
		dst = validate.AppendValue(dst, items, part)
	}
	return append(dst, ']')
}

// trimBlanks takes blanks from both ends: no-break spaces and those without a width too.
func trimBlanks(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' })
}

// warnings returns a line for each column with words for null.
func (c *columns) warnings() []string {
	var out []string
	for _, i := range slices.Sorted(maps.Keys(c.nulls)) {
		out = append(out, fmt.Sprintf("column %d (%s): %d cells have a word for null, such as NULL or None, and are sent as this text; --null WORD clears the field instead",
			i+1, c.list[i].name, c.nulls[i]))
	}
	return out
}
