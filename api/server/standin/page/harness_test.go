package page_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"go.uber.org/goleak"

	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/server/ops"
	"example.com/oxgroups/api/server/standin"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stand is a server with its stand-in, as `oxgroupsd serve --demo` has them.
type stand struct {
	handler http.Handler // of the API
	api     string
	ops     string
}

func startStand(t *testing.T) *stand {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	store, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "groups.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Load(ctx, store); err != nil {
		t.Fatal(err)
	}
	in, err := standin.New(ctx, store, standin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	metrics := ops.NewMetrics()
	srv, err := server.New(in.Store(), in.Option(), server.WithWrapper(in.Wrap), server.WithObserver(metrics.Observe))
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(srv.Handler())
	in.URL = api.URL
	operations := httptest.NewServer(ops.Handler(&ops.Readiness{}, metrics, new(slog.LevelVar), slog.New(slog.DiscardHandler), in.Handler()))
	t.Cleanup(func() {
		cancel()
		http.DefaultClient.CloseIdleConnections()
		api.Close()
		operations.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &stand{srv.Handler(), api.URL, operations.URL}
}

// request returns an update of group 7.
func (s *stand) request(t *testing.T, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.api+"/api/v1/workspace_groups/7", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+demo.Token)
	r.Header.Set("Content-Type", "application/json")
	return r
}

// put sends an update of group 7 and returns the status of the reply.
func (s *stand) put(t *testing.T, body string) int {
	t.Helper()
	resp, err := http.DefaultClient.Do(s.request(t, body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// patience is how long a test waits for what does not come.
const patience = 2 * time.Minute

// tab is a page in a browser.
type tab struct {
	ctx     context.Context
	console iter.Seq2[chromedp.ConsoleMessage, error]
	sent    iter.Seq2[network.EventRequestWillBeSent, error]
}

// openTab starts a browser that shows nothing yet.
func openTab(t *testing.T) *tab {
	t.Helper()
	path, err := findChromium()
	if err != nil {
		missing(t, "the page", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancelTab := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if err := chromedp.Cancel(limited); err != nil {
			t.Errorf("end the browser: %v", err)
		}
		cancelTab()
		cancelAllocator()
	})
	return &tab{ctx, chromedp.Console(ctx), chromedp.Events(ctx, network.RequestWillBeSent)}
}

// check looks through all that the page asked for and what was on its console, where Chromium tells of the rule that is refused.
func (b *tab) check(t *testing.T, origin string) {
	t.Helper()
	const last = "/livez?last"
	eval[chromedp.Void](t, b, `fetch("`+last+`").then(() => console.log("`+last+`"))`)
	for m, err := range b.console {
		if err != nil {
			t.Fatal(err)
		}
		if m.Text == last {
			break
		}
		if m.Type != chromedp.ConsoleLog && m.URL != origin+"/faults" {
			t.Errorf("the console has %v (%s)", m, m.URL)
		}
	}
	for e, err := range b.sent {
		if err != nil {
			t.Fatal(err)
		}
		if e.Request.URL == origin+last {
			break
		}
		if !strings.HasPrefix(e.Request.URL, origin+"/") && !strings.HasPrefix(e.Request.URL, "data:") {
			t.Errorf("the page asked for %s", e.Request.URL)
		}
	}
}

func (b *tab) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// eval evaluates an expression, and waits where it is a promise.
func eval[T any](t *testing.T, b *tab, expression string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// wait waits until an expression is true.
func (b *tab) wait(t *testing.T, expression string) {
	t.Helper()
	eval[bool](t, b, `new Promise(done => {
		const look = () => { if (`+expression+`) done(true); else requestAnimationFrame(look); };
		look();
	})`)
}

// see waits until an element with a text is there.
func (b *tab) see(t *testing.T, selector, text string) {
	t.Helper()
	b.wait(t, fmt.Sprintf(`[...document.querySelectorAll(%q)].some(node => node.checkVisibility() && node.textContent.includes(%q))`, selector, text))
}

// press clicks the button with a text.
func (b *tab) press(t *testing.T, text string) {
	t.Helper()
	b.do(t, chromedp.Click(fmt.Sprintf(`//button[normalize-space()=%q]`, text), chromedp.NodeVisible))
}

// goTo shows a view.
func (b *tab) goTo(t *testing.T, hash, selector, text string) {
	t.Helper()
	eval[string](t, b, fmt.Sprintf(`location.hash = %q`, hash))
	b.see(t, selector, text)
}

// findChromium returns the path of a browser.
func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no chromium; make deps installs it on Debian")
}

// axe returns the script of axe-core, in the version of the lock file.
func axe(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join("testdata", "axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		missing(t, "the accessibility of the page", fmt.Errorf("make deps installs axe-core: %w", err))
	}
	return string(script)
}

// missing skips a test that cannot run here, and fails it where CI=true says that it must.
func missing(t *testing.T, what string, why error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not tested: %v", what, why)
	}
	fmt.Fprintf(os.Stderr, "\n*** %s: %s IS NOT TESTED: %v\n\n", t.Name(), what, why)
	t.Skipf("%s is not tested: %v", what, why)
}
