// Petstore serves openapi.yaml with every request checked. Types and client are written by oapi-codegen, the rest by validatorgen.
package main

import (
	"log"
	"net/http"

	"example.com/petstore/server"
)

//go:generate go tool oapi-codegen -generate types,client -package petstore -o petstore/petstore.gen.go openapi.yaml
//go:generate go tool validatorgen -spec openapi.yaml -model petstore -out validator -server server -server-kind std

func routes(key string) (http.Handler, error) {
	mux := http.NewServeMux()
	authenticators := map[string]server.Authenticator{"key": authenticator(key)}
	return mux, server.Register(mux, "", &pets{}, server.Options{Authenticators: authenticators})
}

func main() {
	h, err := routes("demo")
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", h))
}
