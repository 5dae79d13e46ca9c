// Runs one scenario (a line of JSON on standard input) with Go's net/http and prints every call of the sixteen hooks and the
// outcome of every request as JSON lines.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
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
	client := newClient(&in, report)
	contextOf := contexts(&in, report)
	control := newControl(len(in.Scenario.Requests))
	go control.obey(stdin)
	var running sync.WaitGroup
	for i, script := range in.Scenario.Requests {
		switch {
		case script.Starts.ByServer:
			<-control.starts[i]
		case script.Starts.AfterHook != "":
			report.await(i-1, script.Starts.AfterHook)
		default:
			running.Wait()
		}
		ctx, cancel := contextOf(i)
		control.cancels[i].Store(&cancel)
		if script.Canceled {
			cancel()
		}
		running.Add(1)
		go func() {
			defer running.Done()
			report.outcome(perform(ctx, client, &in, report, i))
		}()
	}
	running.Wait()
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

// control does what further lines on standard input say: `cancel 0`, `start 1`.
type control struct {
	cancels []atomic.Pointer[context.CancelFunc]
	starts  []chan struct{}
}

func newControl(requests int) *control {
	c := &control{cancels: make([]atomic.Pointer[context.CancelFunc], requests)}
	for range requests {
		c.starts = append(c.starts, make(chan struct{}))
	}
	return c
}

func (c *control) obey(lines *bufio.Scanner) {
	for lines.Scan() {
		var verb string
		var request int
		if _, err := fmt.Sscan(lines.Text(), &verb, &request); err != nil {
			fail(err)
		}
		switch verb {
		case "cancel":
			(*c.cancels[request].Load())()
		case "start":
			close(c.starts[request])
		}
	}
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
	fields := map[string]bool{}
	for _, name := range []string{
		"host", "content-length", "transfer-encoding", "trailer", "proxy-authorization",
		":authority", ":method", ":path", ":scheme",
	} {
		fields[name] = true
	}
	for _, field := range script.Header {
		fields[strings.ToLower(field[0])] = true
	}
	return fields
}

func perform(ctx context.Context, client *http.Client, in *input, report *reporter, index int) (result outcome) {
	script := in.Scenario.Requests[index]
	result = outcome{Request: index}
	// A hook of the scenario panics where the caller can see it.
	defer func() {
		if recovered := recover(); recovered != nil {
			if recovered != errThrown {
				panic(recovered)
			}
			result.Error = "panic"
		}
	}()
	request, err := newRequest(ctx, in, script, report, index)
	if err != nil {
		fail(err)
	}
	response, err := client.Do(request)
	if err != nil {
		result.Error = kindOf(err)
		return result
	}
	result.Status = response.StatusCode
	if script.Response.Leave {
		return result
	}
	defer response.Body.Close()
	result.Bytes, err = use(response, script.Response, func() { report.firstBytes(index) })
	result.Error = kindOf(err)
	return result
}
