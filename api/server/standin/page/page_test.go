package page_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const refused = `{
  "workspace_group": {
    "name": " ",
    "add_workspace_ids": [10, "12"],
    "external_reference": {"service_name": "jira"},
    "created_at": null
  },
  "filters": ""
}`

// One browser goes through the page as a person does: each part goes on where the last one stopped.
func TestPage(t *testing.T) {
	s := startStand(t)
	b := openTab(t)
	script := axe(t)
	b.do(t, chromedp.Navigate(s.ops))
	b.see(t, "#none h2", "No requests yet")
	b.accessible(t, script, "no requests")
	parts := []struct {
		name string
		test func(*testing.T, *stand, *tab)
	}{
		{"a refused request appears, and its problems stand at their lines", testProblems},
		{"replay", testReplay},
		{"edit and send", testEdit},
		{"copy as curl", testCurl},
		{"filters", testFilters},
		{"keyboard", testKeyboard},
		{"faults", testFaults},
		{"snapshots and reset", testState},
		{"theme", testTheme},
		{"try it in the docs", testDocs},
		{"10,000 requests", testMany},
	}
	for _, part := range parts {
		if !t.Run(part.name, func(t *testing.T) { part.test(t, s, b) }) {
			return
		}
	}
	t.Run("accessible", func(t *testing.T) {
		for _, view := range []struct{ hash, selector, text string }{
			{"#/requests", "#entry .empty", "Choose a request"},
			{"#/requests/10001", ".verdict", "Refused"},
			{"#/groups", "#group .empty", "Choose a group"},
			{"#/groups/7", "#group h2", "Acme"},
			{"#/groups/state", "#group h2", "State"},
			{"#/faults", ".rule", "503"},
			{"#/metrics", ".card", "By status"},
		} {
			b.goTo(t, view.hash, view.selector, view.text)
			b.accessible(t, script, view.hash)
		}
	})
	b.check(t, s.ops)
}

func testProblems(t *testing.T, s *stand, b *tab) {
	if status := s.put(t, refused); status != 400 {
		t.Fatalf("got %d", status)
	}
	b.see(t, "[role=option]", "name: must not be blank and 3 more")
	b.do(t, chromedp.Click(chromedp.CSS("[role=option]")))
	b.see(t, ".verdict", "Refused: 4 problems")
	for _, want := range []struct{ line, after, text string }{
		{"3", ".bad", "must not be blank"},
		{"4", ".bad", `must be an integer, without quotes: 10 and not "10"`},
		{"4", ".odd", `Rails would take "12" as 12`},
		{"5", ".bad", "service_model_ref is required"},
	} {
		// The notes of a line are between it and the next one.
		b.wait(t, fmt.Sprintf(`[...document.querySelectorAll('.line[data-no="%s"] ~ .note%s')].some(note => {
			let line = note;
			while (!line.matches('.line')) line = line.previousElementSibling;
			return line.dataset.no === %q && note.textContent.includes(%q);
		})`, want.line, want.after, want.line, want.text))
	}
	lines := eval[string](t, b, `[...document.querySelectorAll('[aria-label="Request body"] .line code')].map(line => line.textContent).join('\n')`)
	grey := eval[string](t, b, `[...document.querySelectorAll('.line.grey')].map(line => line.dataset.no).join()`)
	marked := eval[string](t, b, `[...document.querySelectorAll('.mark.bad')].map(piece => piece.textContent).join()`)
	if lines != refused || grey != "6,8" || marked != `" ","12",{` {
		t.Errorf("ignored are the lines %s, marked is %s, and the body is shown as\n%s", grey, marked, lines)
	}
}

func testReplay(t *testing.T, _ *stand, b *tab) {
	b.press(t, "Replay")
	b.wait(t, `location.hash === '#/requests/2'`)
	b.see(t, "#count", "2 requests")
	b.see(t, ".verdict", "Refused: 4 problems")
}

func testEdit(t *testing.T, _ *stand, b *tab) {
	b.press(t, "Edit and send")
	body := `{"workspace_group":{"name":"Acme Rockets","add_workspace_ids":[12],"workspace_ids":["1","2"]},"filters":""}`
	b.do(t, chromedp.SetValue(chromedp.CSS("#edited"), body))
	b.press(t, "Send")
	b.wait(t, `location.hash === '#/requests/3'`)
	b.see(t, ".verdict.done", "Done")
	b.see(t, `[aria-label="What changed"] tr`, "nameAcmeAcme Rockets")
	b.see(t, `[aria-label="What changed"] tr`, "workspace_ids+12")
	b.see(t, `.line.grey[data-no="5"]`, `"workspace_ids": ["1", "2"]`) // of a body on one line, which is formatted
	b.see(t, `.line.grey[data-no="7"]`, `"filters": ""`)
}

func testCurl(t *testing.T, s *stand, b *tab) {
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(b.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, Origin: s.ops,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	b.press(t, "Copy as curl")
	b.see(t, "#said", "Copied")
	text := eval[string](t, b, `navigator.clipboard.readText()`)
	if !strings.HasPrefix(text, "curl -X 'PUT' '"+s.api+"/api/v1/workspace_groups/7'") || !strings.Contains(text, "Acme Rockets") {
		t.Errorf("copied was %s", text)
	}
}

func testFilters(t *testing.T, s *stand, b *tab) {
	b.do(t, chromedp.SetValue(chromedp.CSS("#status"), "4xx"))
	eval[bool](t, b, `document.getElementById('status').dispatchEvent(new Event('change'))`)
	b.see(t, "#count", "2 requests")
	s.put(t, `{"workspace_group":{"name":"Acme"}}`) // is not wanted
	s.put(t, `{"workspace_group":{"name":"Cedar Harbor"}}`)
	b.see(t, "[role=option]", "Name has already been taken")
	b.see(t, "#count", "3 requests")
	b.do(t, chromedp.SendKeys(chromedp.CSS("#text"), "harbor"))
	b.see(t, "#count", "1 request")
	b.do(t, chromedp.SendKeys(chromedp.CSS("#text"), " nowhere"))
	b.see(t, "#none", "No request matches")
	b.press(t, "Show all")
	b.see(t, "#count", "5 requests")
}

func testKeyboard(t *testing.T, _ *stand, b *tab) {
	b.do(t, chromedp.Focus(chromedp.CSS("#list")), chromedp.KeyEvent(kb.Home))
	b.wait(t, `location.hash === '#/requests/5'`)
	b.do(t, chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown))
	b.wait(t, `location.hash === '#/requests/3'`)
	b.see(t, `#r3[aria-selected=true][aria-posinset="3"]`, "changed")
	b.wait(t, `document.getElementById('list').getAttribute('aria-activedescendant') === 'r3'`)
	b.do(t, chromedp.KeyEvent(kb.Enter))
	b.wait(t, `document.activeElement.id === 'entry'`)
	b.do(t, chromedp.KeyEvent(kb.Escape))
	b.wait(t, `location.hash === '#/requests' && document.activeElement.id === 'list'`)
}

func testFaults(t *testing.T, s *stand, b *tab) {
	const update = `{"workspace_group":{"name":"Acme"}}`
	b.goTo(t, "#/faults", "#faults .empty", "No rules")
	b.press(t, "503 unavailable")
	b.see(t, "#faulty", "1 on")
	if status := s.put(t, update); status != 503 {
		t.Errorf("with the fault on: %d", status)
	}
	b.do(t, chromedp.Click(chromedp.CSS("[role=switch]")))
	b.wait(t, `document.getElementById('faulty').hidden`)
	if status := s.put(t, update); status != 200 {
		t.Errorf("with the fault off: %d", status)
	}
	b.do(t, chromedp.SetValue(chromedp.CSS("#rules"), `{"seed": 1, "rules": [{"status": 99}]}`))
	b.press(t, "Save")
	b.see(t, "#said", "rules[0].status: must be from 200 to 599")
	b.goTo(t, "#/requests/6", ".verdict", "The rule “503 unavailable” hit this request")
}

func testState(t *testing.T, s *stand, b *tab) {
	b.goTo(t, "#/groups/state", "#group h2", "State and snapshots")
	b.do(t, chromedp.SendKeys(chromedp.CSS("#group input"), "before"))
	b.press(t, "Take a snapshot")
	b.see(t, "#group code", "before")
	s.put(t, `{"workspace_group":{"name":"Another","add_workspace_ids":[13]}}`)
	b.goTo(t, "#/groups/7", "#group h2", "Another")
	b.see(t, "#group td", "13")
	b.goTo(t, "#/groups/state", "#group h2", "State and snapshots")
	b.press(t, "Restore")
	b.see(t, "#group-list .row", "7Acme")
	b.press(t, "Reset to the seed")
	b.see(t, "#said", "Back at the seed")
	b.see(t, "#group-list .row", "2 workspaces")
}

func testTheme(t *testing.T, _ *stand, b *tab) {
	b.prefer(t, "dark")
	b.wait(t, `getComputedStyle(document.body).backgroundColor === 'rgb(17, 19, 24)'`)
	b.press(t, "Theme")
	b.wait(t, `getComputedStyle(document.body).backgroundColor === 'rgb(246, 247, 249)'`)
	eval[chromedp.Void](t, b, `localStorage.clear()`)
}

func testDocs(t *testing.T, s *stand, b *tab) {
	b.do(t, chromedp.Navigate(s.ops+"/docs"))
	b.press(t, "Execute") // with the examples of openapi.yaml, which are about group 7
	b.see(t, ".live-responses-table .response-col_status", "200")
	eval[chromedp.Void](t, b, axe(t))
	b.look(t, "docs", "light", 1440) // the dark theme is a filter, which axe-core does not see
	b.do(t, chromedp.Navigate(s.ops+"/#/groups/7"))
	b.see(t, "#group dd", "Wile E. Coyote")
}

// The handler is called without a connection: what is shown is tested, and not how fast requests are.
func testMany(t *testing.T, s *stand, b *tab) {
	b.goTo(t, "#/requests", "#live", "Live")
	b.press(t, "Clear")
	b.see(t, "#none", "No requests yet")
	for range 10_001 {
		s.handler.ServeHTTP(httptest.NewRecorder(), s.request(t, `{}`))
	}
	b.see(t, "#count", "10,001 requests, the newest 10,000 here")
	b.wait(t, `document.querySelectorAll('[role=option]').length < 60`)
	eval[float64](t, b, `list.scrollTop = list.scrollHeight`)
	b.see(t, `[aria-posinset="10000"]`, "is required")
	b.wait(t, `document.querySelectorAll('[role=option]').length < 60`)
}

// prefer has the system prefer light or dark.
func (b *tab) prefer(t *testing.T, scheme string) {
	t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// accessible runs axe-core, light and dark, and looks for what does not fit the width.
func (b *tab) accessible(t *testing.T, script, view string) {
	t.Helper()
	eval[chromedp.Void](t, b, script)
	b.look(t, view, "dark", 390)
	b.look(t, view, "light", 1440)
}

func (b *tab) look(t *testing.T, view, scheme string, width int64) {
	t.Helper()
	b.prefer(t, scheme)
	b.do(t, chromedp.EmulateViewport(width, 860))
	for _, violation := range eval[[]string](t, b, `axe.run({resultTypes: ['violations']}).then(result =>
		result.violations.flatMap(v => v.nodes.map(n => v.id + ' ' + n.target + ': ' + n.failureSummary)))`) {
		t.Errorf("%s, %s, %d pixels: %s", view, scheme, width, violation)
	}
	if wide := eval[int64](t, b, `document.documentElement.scrollWidth`); wide > width {
		t.Errorf("%s is %d pixels wide on a screen of %d", view, wide, width)
	}
}
