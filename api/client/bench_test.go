package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"example.com/oxgroups/api/client"
)

// byHand is a client as one writes it for one program: net/http and encoding/json, and nothing of what this package does
// beside that.
type byHand struct {
	http  *http.Client
	base  string
	token string
}

type handUpdate struct {
	Name            string  `json:"name"`
	Notes           *string `json:"notes"`
	Email           string  `json:"email,omitempty"`
	Company         bool    `json:"company"`
	AddWorkspaceIds []int64 `json:"add_workspace_ids,omitempty"`
}

type handGroup struct {
	ID                   string   `json:"id"`
	Name                 string   `json:"name"`
	Company              *bool    `json:"company"`
	ContactName          *string  `json:"contact_name"`
	Email                *string  `json:"email"`
	PhoneNumber          *string  `json:"phone_number"`
	Address              *string  `json:"address"`
	Website              *string  `json:"website"`
	Notes                *string  `json:"notes"`
	CreatedAt            string   `json:"created_at"`
	UpdatedAt            string   `json:"updated_at"`
	WorkspaceIDs         []string `json:"workspace_ids"`
	ExternalReferenceIDs []string `json:"external_reference_ids"`
	RateCardSetIDs       []string `json:"rate_card_set_ids"`
}

type handDocument struct {
	Count   int `json:"count"`
	Results []struct{ Key, ID string }
	Groups  map[string]handGroup `json:"workspace_groups"`

	Workspaces map[string]struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	} `json:"workspaces"`
	References map[string]struct {
		ID          string `json:"id"`
		ServiceName string `json:"service_name"`
		Model       string `json:"service_model"`
		Ref         string `json:"service_model_ref"`
		Status      string `json:"status"`
	} `json:"external_references"`
	RateCardSets map[string]struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	} `json:"rate_card_sets"`
}

func (c *byHand) update(ctx context.Context, id int64, update *handUpdate, query string) (*handDocument, error) {
	body, err := json.Marshal(map[string]any{"workspace_group": update})
	if err != nil {
		return nil, err
	}
	url := c.base + "/workspace_groups/" + strconv.FormatInt(id, 10) + query
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	doc := new(handDocument)
	return doc, json.NewDecoder(resp.Body).Decode(doc)
}

// alone is a reply with nothing beside the group.
const alone = `{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},` +
	`"results":[{"key":"workspace_groups","id":"7"}],` +
	`"workspace_groups":{"7":{"id":"7","name":"Acme","company":true,"contact_name":null,"email":"a@acme.example","phone_number":null,` +
	`"address":null,"website":null,"notes":null,"created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00"}}}`

// BenchmarkOverhead makes the same call to the same server by hand and with this package, in turns, and reports the second
// as a multiple of the first: of the median time and of allocations. The server's allocations count on both sides.
func BenchmarkOverhead(b *testing.B) {
	b.Run("group", func(b *testing.B) { overhead(b, alone, "") })
	b.Run("associations", func(b *testing.B) {
		overhead(b, document, "?include=workspaces,external_references,rate_card_sets",
			client.WithInclude(client.IncludeWorkspaces, client.IncludeExternalReferences, client.IncludeRateCardSets))
	})
}

func overhead(b *testing.B, reply, query string, opts ...client.Option) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, reply)
	}))
	defer server.Close()
	hand := &byHand{http: &http.Client{Timeout: client.DefaultTimeout, Transport: transport(b)}, base: server.URL + "/api/v1", token: canary}
	ours, err := client.New(append(opts, client.WithBaseURL(hand.base), client.WithToken(canary))...)
	if err != nil {
		b.Fatal(err)
	}
	defer ours.CloseIdleConnections()
	sides := []*side{
		{call: func() error {
			_, err := hand.update(b.Context(), 7, &handUpdate{Name: "Acme", Email: "a@acme.example", Company: true,
				AddWorkspaceIds: []int64{9, 10}}, query)
			return err
		}},
		{call: func() error {
			_, err := ours.UpdateWorkspaceGroup(b.Context(), 7, client.Update{Name: "Acme", Notes: client.Null[string](),
				Email: client.Value("a@acme.example"), Company: client.Value(true), AddWorkspaceIds: client.Value([]int64{9, 10})})
			return err
		}},
	}
	for _, s := range sides {
		s.countAllocs(b, 500)
	}
	for b.Loop() {
		for n := range 50 { // one by one, so that what else the machine does falls on both
			sides[n%2].measure(b)
			sides[1-n%2].measure(b)
		}
	}
	b.ReportMetric(float64(sides[1].median())/float64(sides[0].median()), "x-time")
	b.ReportMetric(sides[1].allocs/sides[0].allocs, "x-allocs")
	b.ReportMetric(sides[0].allocs, "by-hand-allocs/call")
	b.ReportMetric(sides[1].allocs, "allocs/call")
	b.ReportMetric(float64(sides[1].median()), "ns/call")
	b.ReportMetric(0, "ns/op")
}

// side is one of the two that are compared.
type side struct {
	call   func() error
	times  []time.Duration
	allocs float64 // for a call
}

func (s *side) measure(b *testing.B) {
	started := time.Now()
	if err := s.call(); err != nil {
		b.Fatal(err)
	}
	s.times = append(s.times, time.Since(started))
}

// countAllocs counts over calls, after some that open connections and fill pools.
func (s *side) countAllocs(b *testing.B, calls int) {
	var before, after runtime.MemStats
	for range 2 {
		runtime.ReadMemStats(&before)
		for range calls {
			if err := s.call(); err != nil {
				b.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
	}
	s.allocs = float64(after.Mallocs-before.Mallocs) / float64(calls)
}

func (s *side) median() time.Duration {
	slices.Sort(s.times)
	return s.times[len(s.times)/2]
}
