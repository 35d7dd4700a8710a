package server_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/memory"
)

func ExampleNew() {
	store := memory.Open()
	if err := demo.Load(context.Background(), store); err != nil {
		log.Fatal(err)
	}
	srv, err := server.New(store, server.WithMaxBodyBytes(64<<10))
	if err != nil {
		log.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("PUT", server.BasePath+"/workspace_groups/7", strings.NewReader(`{"workspace_group":{"name":"Acme"}}`))
	r.Header.Set("Authorization", "Bearer "+demo.Token)
	r.Header.Set("Content-Type", "application/json")
	srv.Handler().ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 200 application/json
}

func ExampleServer_Serve() {
	srv, err := server.New(memory.Open())
	if err != nil {
		log.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- srv.Serve(ctx, ln) }()

	resp, err := http.Get("http://" + ln.Addr().String() + server.BasePath + "/workspace_groups/7")
	if err != nil {
		log.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	resp.Body.Close()
	fmt.Println(resp.StatusCode, resp.Header.Get("Allow"), strings.Contains(string(body), "Method not allowed"))

	stop()
	fmt.Println(<-ended)
	// Output:
	// 405 PUT true
	// <nil>
}
