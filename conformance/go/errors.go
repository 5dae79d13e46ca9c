package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// What a Got1xxResponse hook returns when the scenario wants it to, and what a hook panics with.
var (
	errHook   = errors.New("hook says no")
	errThrown = errors.New("hook throws")
)

// Kinds of errors that have no type or value of their own outside of net/http.
var texts = []struct{ text, kind string }{
	{"malformed", "protocol"},
	{"bad Content-Length", "protocol"},
	{"invalid byte in chunk length", "protocol"},
	{"use of closed network connection", "closed"},
	{"remote error: tls", "tls-alert"},
	{"invalid header", "protocol"},
	{"server response headers exceeded", "protocol"},
	{"with Body length", "body"},
	{"stream error", "stream"},
	{"server sent GOAWAY", "closed"},
	{"http2: client connection lost", "closed"},
	{"http2: client connection force closed", "closed"},
	{"socks connect", "proxy"},
	{"server closed idle connection", "closed"},
	{"Proxy Authentication Required", "proxy"},
	{"Bad Gateway", "proxy"},
	{"server gave HTTP response to HTTPS client", "tls-protocol"},
}

// kindOf names an error by the kinds of sequence.ts; nil stays nil.
func kindOf(err error) any {
	var dns *net.DNSError
	var verification *tls.CertificateVerificationError
	var alert tls.AlertError
	var record tls.RecordHeaderError
	var network net.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errHook):
		return "hook"
	case errors.Is(err, errBody), strings.HasSuffix(err.Error(), errBody.Error()):
		return "body"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.As(err, &dns):
		return "dns"
	case errors.As(err, &verification):
		return "tls-verify"
	case errors.As(err, &alert):
		return "tls-alert"
	case errors.As(err, &record):
		return "tls-protocol"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "unreachable"
	case errors.Is(err, syscall.ENOENT):
		return "missing"
	case errors.Is(err, http.ErrBodyReadAfterClose):
		return "closed"
	case errors.As(err, &network) && network.Timeout():
		return "timeout"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "closed"
	}
	for _, known := range texts {
		if strings.Contains(err.Error(), known.text) {
			return known.kind
		}
	}
	return "other"
}
