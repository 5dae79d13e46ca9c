// Runs one scenario (a line of JSON on standard input) with Go's net/http and prints every call of the sixteen hooks and the
// outcome of every request as JSON lines.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

func main() {
	stdin := bufio.NewScanner(os.Stdin)
	stdin.Buffer(nil, 1<<20)
	if !stdin.Scan() {
		fail(fmt.Errorf("no scenario on standard input: %w", stdin.Err()))
	}
	var in input
	if err := json.Unmarshal(stdin.Bytes(), &in); err != nil {
		fail(err)
	}
	report := newReporter()
	client := newClient(&in)
	contextOf := contexts(&in, report)
	var current atomic.Pointer[context.CancelFunc]
	// Each further line has the current request canceled.
	go func() {
		for stdin.Scan() {
			(*current.Load())()
		}
	}()
	for i := range in.Scenario.Requests {
		ctx, cancel := contextOf(i)
		current.Store(&cancel)
		report.outcome(perform(ctx, client, &in, i))
		cancel()
	}
	report.settle(2*time.Second, 30*time.Millisecond)
	client.CloseIdleConnections()
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func unmarshalStrictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

func newClient(in *input) *http.Client {
	options := in.Scenario.Client
	roots := x509.NewCertPool()
	if options.TrustsAuthority == nil || *options.TrustsAuthority {
		roots.AppendCertsFromPEM([]byte(in.Authority))
	}
	wait := 1000
	if options.ExpectContinueTimeout != nil {
		wait = *options.ExpectContinueTimeout
	}
	settings := &tls.Config{RootCAs: roots}
	if options.ResumesSessions {
		settings.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	return &http.Client{Transport: &http.Transport{
		// Own TLS settings without ForceAttemptHTTP2: HTTP/1.1 alone.
		TLSClientConfig:       settings,
		ExpectContinueTimeout: time.Duration(wait) * time.Millisecond,
	}}
}

// contexts gives the function that makes the context of each request: with traces of its own, or with shared ones.
func contexts(in *input, report *reporter) func(request int) (context.Context, context.CancelFunc) {
	scripts := in.Scenario.Traces
	if scripts == nil {
		scripts = []traceScript{{}}
	}
	traced := func(current *atomic.Pointer[flight]) context.Context {
		ctx := context.Background()
		for i, script := range scripts {
			t := &tracer{report: report, current: current, index: i, script: script}
			ctx = httptrace.WithClientTrace(ctx, t.clientTrace())
		}
		return ctx
	}
	sharedCurrent := &atomic.Pointer[flight]{}
	shared := traced(sharedCurrent)
	return func(request int) (context.Context, context.CancelFunc) {
		base, current := shared, sharedCurrent
		if !in.Scenario.SharedTraces {
			current = &atomic.Pointer[flight]{}
			base = traced(current)
		}
		ctx, cancel := context.WithCancel(base)
		current.Store(&flight{request: request, cancel: cancel, fields: comparedFields(in.Scenario.Requests[request])})
		return ctx, cancel
	}
}

func comparedFields(script requestScript) map[string]bool {
	fields := map[string]bool{"host": true, "content-length": true, "transfer-encoding": true}
	for _, field := range script.Header {
		fields[strings.ToLower(field[0])] = true
	}
	return fields
}

func perform(ctx context.Context, client *http.Client, in *input, index int) outcome {
	script := in.Scenario.Requests[index]
	result := outcome{Request: index}
	request, err := newRequest(ctx, in, script)
	if err != nil {
		fail(err)
	}
	response, err := client.Do(request)
	if err != nil {
		result.Error = kindOf(err)
		return result
	}
	defer response.Body.Close()
	result.Status = response.StatusCode
	result.Bytes, err = use(response, script.Response)
	result.Error = kindOf(err)
	return result
}

func newRequest(ctx context.Context, in *input, script requestScript) (*http.Request, error) {
	method, path := script.Method, script.Path
	if method == "" {
		method = http.MethodGet
	}
	if path == "" {
		path = "/"
	}
	var body io.Reader
	if script.Body != nil {
		body = strings.NewReader(strings.Repeat("b", script.Body.Size))
		if script.Body.Framing == "chunked" {
			// Hides the length.
			body = io.MultiReader(body)
		}
	}
	url := fmt.Sprintf("%s://%s:%d%s", in.Scheme, script.Host, in.Port, path)
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	for _, field := range script.Header {
		// Not Add: names go on the wire as the scenario writes them.
		request.Header[field[0]] = append(request.Header[field[0]], field[1])
	}
	return request, nil
}

func use(response *http.Response, how responseUse) (int, error) {
	limit := how.CloseAfter
	if how.UpgradeAndRead != nil {
		limit = how.UpgradeAndRead
	}
	if limit == nil {
		n, err := io.Copy(io.Discard, response.Body)
		return int(n), err
	}
	n, err := io.ReadFull(response.Body, make([]byte, *limit))
	return n, err
}
