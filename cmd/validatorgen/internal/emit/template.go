package emit

import (
	"embed"
	"strconv"
	"strings"
	"text/template"
)

//go:embed *.tmpl
var templateFiles embed.FS

// templates have the code that is the same for every document, and what differs by operation in its place.
var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"quote": strconv.Quote,
	"raw":   quoted,
	"quotedList": func(texts []string) string {
		list := make([]string, len(texts))
		for i, text := range texts {
			list[i] = strconv.Quote(text)
		}
		return strings.Join(list, ", ")
	},
	"oneLine":    func(text string) string { return strings.Join(strings.Fields(text), " ") },
	"firstLine":  func(text string) string { line, _, _ := strings.Cut(strings.TrimSpace(text), "\n"); return line },
	"composites": composites,
}).ParseFS(templateFiles, "*.tmpl"))

// render executes a template. The first error stops generation.
func (g *Generator) render(name string, data any) string {
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		g.fail("print %s: %w", name, err)
	}
	return b.String()
}
