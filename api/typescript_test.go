package api_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
)

// Clients that openapi-typescript and @hey-api/openapi-ts make of openapi.yaml compile under tsc --strict and update a group, and
// Prism between them and the server finds no request and no reply that is not as openapi.yaml says.
func TestTypeScript(t *testing.T) {
	from := npmFolder(t, "TypeScript", "typescript")
	dir := t.TempDir()
	for _, name := range []string{"package.json", "tsconfig.json", "main.ts"} {
		copyFile(t, filepath.Join(dir, name), filepath.Join(from, name))
	}
	copyFile(t, filepath.Join(dir, "openapi.yaml"), filepath.Join("..", "openapi.yaml"))
	modules, err := filepath.Abs(filepath.Join(from, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	run(t, dir, 0, "npm", "run", "build")

	srv := clienttest.New(t)
	url, log := startPrism(t, dir, srv.URL)
	t.Setenv(client.EnvURL, url)
	t.Setenv(client.EnvToken, srv.Token)
	const ten, eleven = `"Website design 10"`, `"Warehouse design 11"`
	want := strings.Join([]string{
		`{"client":"openapi-fetch","status":200,"name":"Acme","notes":"by openapi-fetch","titles":[` + ten + `,` + eleven + `,"Payroll design 12"]}`,
		`{"client":"openapi-fetch","status":200,"name":"Acme","notes":null,"titles":[` + ten + `,` + eleven + `,"Payroll design 12"]}`,
		`{"client":"openapi-fetch","status":422,"refused":["Name has already been taken"]}`,
		`{"client":"hey-api","status":200,"name":"Acme","notes":"by hey-api","titles":[` + ten + `,` + eleven + `]}`,
		`{"client":"hey-api","status":200,"name":"Acme","notes":null,"titles":[` + ten + `,` + eleven + `]}`,
		`{"client":"hey-api","status":422,"refused":["Name has already been taken"]}`,
	}, "\n")
	if got := strings.TrimSpace(run(t, dir, 0, "node", "dist/main.js")); got != want {
		t.Errorf("the clients got\n%s\nwant\n%s", got, want)
	}
	finding := regexp.MustCompile(`(?i)violation|warn|error`)
	if found := finding.FindString(log.String()); found != "" {
		t.Errorf("Prism finds something:\n%s", log)
	}
	srv.Inject(clienttest.First(1), clienttest.Status(200).Header("Content-Type", "application/json").Body(`{"count":"one"}`))
	run(t, dir, 1, "node", "dist/main.js") // Prism answers 500, without a document
	if !finding.MatchString(log.String()) {
		t.Errorf("Prism lets a broken reply pass:\n%s", log)
	}
}

// output is what a process writes, for several goroutines.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) add(line string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.WriteString(line + "\n")
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// startPrism starts a proxy that checks what passes, and returns its URL and its log.
func startPrism(t *testing.T, dir, upstream string) (url string, log *output) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, filepath.Join("node_modules", ".bin", "prism"), "proxy", "--errors", "--port", "0", "openapi.yaml", upstream)
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log = &output{}
	listening := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			log.add(lines.Text())
			if _, url, ok := strings.Cut(lines.Text(), "Prism is listening on "); ok {
				listening <- strings.TrimSpace(url)
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		_ = cmd.Wait() // it was killed
	})
	select {
	case url = <-listening:
	case <-ended:
		t.Fatalf("Prism does not start:\n%s", log)
	}
	return url, log
}
