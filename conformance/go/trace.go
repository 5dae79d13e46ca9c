package main

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// flight is the request that a trace reports for.
type flight struct {
	request int
	cancel  context.CancelFunc
	// Lower-case names of the fields that are compared.
	fields map[string]bool
}

// tracer makes the httptrace.ClientTrace of one traceScript.
type tracer struct {
	report  *reporter
	current *atomic.Pointer[flight]
	index   int
	script  traceScript
	calls   counter
}

// counter counts the calls of each hook, which come from several goroutines.
type counter struct {
	mutex sync.Mutex
	calls map[string]int
}

func (c *counter) count(hook string) int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	c.calls[hook]++
	return c.calls[hook]
}

// emit reports a call and does what the script asks for; it tells whether the hook is to return an error.
func (t *tracer) emit(hook string, args arguments) error {
	f := t.current.Load()
	t.report.event(hookEvent{Request: f.request, Trace: t.index, Hook: hook, Args: args})
	call := t.calls.count(hook)
	for _, action := range t.script.Actions {
		if action.Hook != hook || (action.Call != 0 && action.Call != call) {
			continue
		}
		switch action.Does {
		case "cancel":
			f.cancel()
		case "throw":
			panic(errThrown)
		case "returnError":
			return errHook
		default:
			panic("unknown action " + action.Does)
		}
	}
	return nil
}

func (t *tracer) clientTrace() *httptrace.ClientTrace {
	emit := t.emit
	trace := &httptrace.ClientTrace{
		GetConn: func(hostPort string) { emit("getConn", arguments{"hostPort": hostPort}) },
		GotConn: func(info httptrace.GotConnInfo) {
			emit("gotConn", arguments{"reused": info.Reused, "wasIdle": info.WasIdle, "idleTime": sign(info.IdleTime)})
		},
		PutIdleConn:          func(err error) { emit("putIdleConn", arguments{"err": kindOf(err)}) },
		GotFirstResponseByte: func() { emit("gotFirstResponseByte", arguments{}) },
		Got100Continue:       func() { emit("got100Continue", arguments{}) },
		Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
			return emit("got1xxResponse", arguments{"code": code, "header": lowerCased(header)})
		},
		DNSStart: func(info httptrace.DNSStartInfo) { emit("dnsStart", arguments{"host": info.Host}) },
		DNSDone: func(info httptrace.DNSDoneInfo) {
			addrs := []string{}
			for _, addr := range info.Addrs {
				addrs = append(addrs, addr.String())
			}
			emit("dnsDone", arguments{"addrs": addrs, "err": kindOf(info.Err), "coalesced": info.Coalesced})
		},
		ConnectStart: func(network, addr string) {
			emit("connectStart", arguments{"network": network, "addr": addr})
		},
		ConnectDone: func(network, addr string, err error) {
			emit("connectDone", arguments{"network": network, "addr": addr, "err": kindOf(err)})
		},
		TLSHandshakeStart: func() { emit("tlsHandshakeStart", arguments{}) },
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			emit("tlsHandshakeDone", tlsArguments(state, err))
		},
		WroteHeaderField: func(key string, value []string) {
			if t.current.Load().fields[strings.ToLower(key)] {
				emit("wroteHeaderField", arguments{"key": strings.ToLower(key), "value": append([]string{}, value...)})
			}
		},
		WroteHeaders:    func() { emit("wroteHeaders", arguments{}) },
		Wait100Continue: func() { emit("wait100Continue", arguments{}) },
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			emit("wroteRequest", arguments{"err": kindOf(info.Err)})
		},
	}
	if t.script.Hooks != nil {
		removeOthers(trace, t.script.Hooks)
	}
	return trace
}

func tlsArguments(state tls.ConnectionState, err error) arguments {
	version, peer := "", ""
	if state.Version != 0 {
		version = strings.Replace(tls.VersionName(state.Version), "TLS ", "TLSv", 1)
	}
	if len(state.PeerCertificates) > 0 {
		peer = state.PeerCertificates[0].Subject.String()
	}
	return arguments{
		"version": version, "alpnProtocol": state.NegotiatedProtocol, "serverName": state.ServerName,
		"resumed": state.DidResume, "peer": peer, "err": kindOf(err),
	}
}

func sign(d time.Duration) string {
	if d > 0 {
		return ">0"
	}
	return "0"
}

func lowerCased(header textproto.MIMEHeader) map[string][]string {
	fields := map[string][]string{}
	for name, values := range header {
		fields[strings.ToLower(name)] = values
	}
	return fields
}

// removeOthers sets every hook that is not named to nil.
func removeOthers(trace *httptrace.ClientTrace, names []string) {
	remove := map[string]func(){
		"getConn":              func() { trace.GetConn = nil },
		"gotConn":              func() { trace.GotConn = nil },
		"putIdleConn":          func() { trace.PutIdleConn = nil },
		"gotFirstResponseByte": func() { trace.GotFirstResponseByte = nil },
		"got100Continue":       func() { trace.Got100Continue = nil },
		"got1xxResponse":       func() { trace.Got1xxResponse = nil },
		"dnsStart":             func() { trace.DNSStart = nil },
		"dnsDone":              func() { trace.DNSDone = nil },
		"connectStart":         func() { trace.ConnectStart = nil },
		"connectDone":          func() { trace.ConnectDone = nil },
		"tlsHandshakeStart":    func() { trace.TLSHandshakeStart = nil },
		"tlsHandshakeDone":     func() { trace.TLSHandshakeDone = nil },
		"wroteHeaderField":     func() { trace.WroteHeaderField = nil },
		"wroteHeaders":         func() { trace.WroteHeaders = nil },
		"wait100Continue":      func() { trace.Wait100Continue = nil },
		"wroteRequest":         func() { trace.WroteRequest = nil },
	}
	for name, clear := range remove {
		if !slices.Contains(names, name) {
			clear()
		}
	}
}
