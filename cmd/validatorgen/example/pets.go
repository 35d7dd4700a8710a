package main

import (
	"context"
	"net/http"
	"sync"

	"example.com/oxgroups/api/validate/wire"
	"example.com/petstore/petstore"
	"example.com/petstore/server"
)

// authenticator takes the requests that have the key.
func authenticator(key string) server.Authenticator {
	return func(r *http.Request, _ []string) (context.Context, error) {
		if r.Header.Get("X-Key") != key {
			return nil, &wire.StatusError{Code: http.StatusUnauthorized, Message: "the key is wrong"}
		}
		return nil, nil
	}
}

// pets keeps pets in memory. What a method gets is checked: it fits openapi.yaml, and defaults are set.
type pets struct {
	mu  sync.Mutex
	all []petstore.Pet
}

var _ server.Handler = (*pets)(nil)

func (p *pets) ListPets(w http.ResponseWriter, _ *http.Request, params petstore.ListPetsParams) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := []petstore.Pet{}
	for _, pet := range p.all {
		if len(found) < *params.Limit && (params.Kind == nil || *params.Kind == pet.Kind) {
			found = append(found, pet)
		}
	}
	return server.ReplyListPets200(w, &found)
}

func (p *pets) AddPet(w http.ResponseWriter, _ *http.Request, pet *petstore.Pet) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := int64(len(p.all) + 1)
	pet.Id = &id
	p.all = append(p.all, *pet)
	return server.ReplyAddPet201(w, pet)
}

func (p *pets) GetPet(w http.ResponseWriter, _ *http.Request, id int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if id > int64(len(p.all)) {
		return &wire.StatusError{Code: http.StatusNotFound, Message: "there is no such pet"}
	}
	return server.ReplyGetPet200(w, &p.all[id-1])
}
