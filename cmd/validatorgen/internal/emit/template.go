package emit

import (
	"embed"
	"strconv"
	"strings"
	"text/template"
)

//go:embed *.tmpl server/*.tmpl
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
	"oneLine":    oneLine,
	"firstLine":  func(text string) string { line, _, _ := strings.Cut(strings.TrimSpace(text), "\n"); return line },
	"composites": composites,
}).ParseFS(templateFiles, "*.tmpl"))

// oneLine returns a text of the spec as a comment can have it.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// serverTemplates add what differs by the kind of server.
var serverTemplates = map[string]*template.Template{
	"echo": serverTemplate("echo"), "std": serverTemplate("nethttp"), "chi": serverTemplate("nethttp"),
}

func serverTemplate(name string) *template.Template {
	return template.Must(template.Must(templates.Clone()).ParseFS(templateFiles, "server/"+name+".tmpl"))
}

// render executes a template. The first error stops generation.
func (g *Generator) render(name string, data any) string { return g.execute(templates, name, data) }

// renderFor executes a template for a kind of server.
func (g *Generator) renderFor(kind, name string, data any) string {
	return g.execute(serverTemplates[kind], name, data)
}

func (g *Generator) execute(t *template.Template, name string, data any) string {
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		g.fail("print %s: %w", name, err)
	}
	return b.String()
}
