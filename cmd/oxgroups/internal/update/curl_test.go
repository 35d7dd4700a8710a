package update

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// TestCurlLineInAShell lets a shell take the line apart; what it hands to curl must be the request.
func TestCurlLineInAShell(t *testing.T) {
	body := `{"name":"O'Brien $HOME ` + "`id`" + ` \\ \" !"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://api.example/x?a=b,c&d=e", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Team", "it's us")
	line, err := curlLine(req, "$OXGROUPS_TOKEN")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `curl() { printf '%s\n' "$@"; }; `+line)
	cmd.Env = []string{"OXGROUPS_TOKEN=demo"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{"-X", "PUT", "https://api.example/x?a=b,c&d=e", "-H", "Authorization: Bearer demo",
		"-H", "X-Team: it's us", "--data-raw", body, ""}, "\n")
	if string(out) != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}
