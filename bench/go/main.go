// What net/http/httptrace costs Go's client: blocks of GETs on kept connections with and without sixteen empty hooks,
// in pairs of random order. Prints CPU microseconds a request as JSON, a pair in a line.
//
//	main ORIGIN CONCURRENCY PAIRS REQUESTS
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"strconv"
	"sync"
	"syscall"
)

type pair struct {
	Bare   float64 `json:"bare"`
	Traced float64 `json:"traced"`
}

func main() {
	url := os.Args[1] + "/some/path?with=query"
	concurrency, pairs, requests := number(2), number(3), number(4)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: concurrency, DisableCompression: true}}
	bare := context.Background()
	traced := httptrace.WithClientTrace(bare, emptyHooks())
	for range 4 {
		block(client, bare, url, concurrency, requests)
		block(client, traced, url, concurrency, requests)
	}
	out := json.NewEncoder(os.Stdout)
	for range pairs {
		var p pair
		if rand.IntN(2) == 0 {
			p.Bare = block(client, bare, url, concurrency, requests)
			p.Traced = block(client, traced, url, concurrency, requests)
		} else {
			p.Traced = block(client, traced, url, concurrency, requests)
			p.Bare = block(client, bare, url, concurrency, requests)
		}
		check(out.Encode(p))
	}
}

// block makes requests, each followed by the next as soon as it ends, and returns CPU microseconds a request.
func block(client *http.Client, ctx context.Context, url string, concurrency, requests int) float64 {
	before := cpu()
	var loops sync.WaitGroup
	for range concurrency {
		loops.Go(func() {
			for range requests / concurrency {
				get(client, ctx, url)
			}
		})
	}
	loops.Wait()
	return float64(cpu()-before) / float64(requests/concurrency*concurrency)
}

func get(client *http.Client, ctx context.Context, url string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	check(err)
	request.Header.Set("Accept", "application/json")
	response, err := client.Do(request)
	check(err)
	_, err = io.Copy(io.Discard, response.Body)
	check(err)
	check(response.Body.Close())
}

func emptyHooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:              func(string) {},
		GotConn:              func(httptrace.GotConnInfo) {},
		PutIdleConn:          func(error) {},
		GotFirstResponseByte: func() {},
		Got100Continue:       func() {},
		Got1xxResponse:       func(int, textproto.MIMEHeader) error { return nil },
		DNSStart:             func(httptrace.DNSStartInfo) {},
		DNSDone:              func(httptrace.DNSDoneInfo) {},
		ConnectStart:         func(string, string) {},
		ConnectDone:          func(string, string, error) {},
		TLSHandshakeStart:    func() {},
		TLSHandshakeDone:     func(tls.ConnectionState, error) {},
		WroteHeaderField:     func(string, []string) {},
		WroteHeaders:         func() {},
		Wait100Continue:      func() {},
		WroteRequest:         func(httptrace.WroteRequestInfo) {},
	}
}

// cpu returns the microseconds of CPU that the process has used.
func cpu() int64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano()/1000 + usage.Stime.Nano()/1000
}

func number(argument int) int {
	n, err := strconv.Atoi(os.Args[argument])
	check(err)
	return n
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
