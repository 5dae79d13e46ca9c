package main

import (
	"encoding/json"
	"os"
	"sync"
	"time"
)

type arguments map[string]any

type hookEvent struct {
	Request int       `json:"request"`
	Trace   int       `json:"trace"`
	Hook    string    `json:"hook"`
	Args    arguments `json:"args"`
}

type outcome struct {
	Request int `json:"request"`
	Status  int `json:"status"`
	Bytes   int `json:"bytes"`
	Error   any `json:"error"`
}

// reporter prints one JSON line for each event at once, as the server's script may wait for it.
type reporter struct {
	mutex sync.Mutex
	lines *json.Encoder
	// Calls that must be followed by another: a Start by its Done, GotConn by WroteRequest.
	open    int
	changed *sync.Cond
	seen    map[seenHook]bool
}

type seenHook struct {
	request int
	hook    string
}

func newReporter() *reporter {
	lines := json.NewEncoder(os.Stdout)
	lines.SetEscapeHTML(false)
	r := &reporter{lines: lines, seen: map[seenHook]bool{}}
	r.changed = sync.NewCond(&r.mutex)
	return r
}

var opening = map[string]int{
	"dnsStart": 1, "dnsDone": -1, "connectStart": 1, "connectDone": -1,
	"tlsHandshakeStart": 1, "tlsHandshakeDone": -1, "gotConn": 1, "wroteRequest": -1,
}

func (r *reporter) event(event hookEvent) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.print(map[string]any{"event": event})
	r.open += opening[event.Hook]
	r.seen[seenHook{event.Request, event.Hook}] = true
	r.changed.Broadcast()
}

// await returns when the request has reported the hook.
func (r *reporter) await(request int, hook string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for !r.seen[seenHook{request, hook}] {
		r.changed.Wait()
	}
}

func (r *reporter) outcome(result outcome) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.print(map[string]any{"outcome": result})
	r.seen[seenHook{result.Request, "outcome"}] = true
	r.changed.Broadcast()
}

// firstBytes tells that the caller has read the first bytes of a body.
func (r *reporter) firstBytes(request int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.print(map[string]any{"mark": map[string]any{"hook": "firstBytes", "request": request}})
}

func (r *reporter) print(line any) {
	if err := r.lines.Encode(line); err != nil {
		panic(err)
	}
}

// settle waits for hooks that Go calls after the caller has its outcome; the grace shows those that nothing announces.
func (r *reporter) settle(limit, grace time.Duration) {
	timer := time.AfterFunc(limit, func() {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.open = 0
		r.changed.Broadcast()
	})
	r.mutex.Lock()
	for r.open > 0 {
		r.changed.Wait()
	}
	r.mutex.Unlock()
	timer.Stop()
	time.Sleep(grace)
}
