package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/petstore/petstore"
	"example.com/petstore/validator"
)

// key adds the key to the requests of a client.
func key(key string) petstore.ClientOption {
	return petstore.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("X-Key", key)
		return nil
	})
}

func serve(t *testing.T) *httptest.Server {
	t.Helper()
	h, err := routes("secret")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func TestClient(t *testing.T) {
	s := serve(t)
	client, err := petstore.NewClientWithResponses(s.URL, key("secret"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	for _, name := range []string{"Tom", "Felix", "Rex"} {
		kind := petstore.Cat
		if name == "Rex" {
			kind = petstore.Dog
		}
		added, err := client.AddPetWithResponse(ctx, petstore.Pet{Name: name, Kind: kind})
		if err != nil || added.JSON201 == nil || added.JSON201.Name != name {
			t.Fatalf("%s: %v %s", name, err, added.Body)
		}
	}
	kind, limit := petstore.Cat, 1
	list, err := client.ListPetsWithResponse(ctx, &petstore.ListPetsParams{Kind: &kind, Limit: &limit})
	if err != nil || list.JSON200 == nil || len(*list.JSON200) != 1 {
		t.Fatalf("%v %s", err, list.Body)
	}
	// A reply is checked as a request is: by the function that reads it.
	got, err := client.GetPet(ctx, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	var pet petstore.Pet
	if err := validator.DecodePetResponse(data, &pet); err != nil || pet.Name != "Rex" || *pet.Id != 3 {
		t.Errorf("%v %s", err, data)
	}
}

func TestRefusals(t *testing.T) {
	s := serve(t)
	for _, tc := range []struct {
		name, method, path, key, body string
		want                          int
		says                          string
	}{
		{"no key", "GET", "/pets", "", "", 401, "the key is wrong"},
		{"parameters", "GET", "/pets?limit=0&kind=cow", "secret", "", 400, "/limit: must be at least 1"},
		{"a body", "POST", "/pets", "secret", `{"name":"","kind":"cat","tags":["a","a"],"wings":2}`, 400, "/wings: is not a property of this object"},
		{"no JSON", "POST", "/pets", "secret", `{`, 400, "unexpected end"},
		{"no such pet", "GET", "/pets/9", "", "", 404, "there is no such pet"},
		{"no id", "GET", "/pets/0", "", "", 400, "/id: must be at least 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := http.NewRequest(tc.method, s.URL+tc.path, strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Key", tc.key)
			r.Header.Set("Content-Type", "application/json")
			reply, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer reply.Body.Close()
			data, err := io.ReadAll(reply.Body)
			if err != nil {
				t.Fatal(err)
			}
			if reply.StatusCode != tc.want || !strings.Contains(string(data), tc.says) {
				t.Errorf("got %d %s, want %d %s", reply.StatusCode, data, tc.want, tc.says)
			}
		})
	}
}
