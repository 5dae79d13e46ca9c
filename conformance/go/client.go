package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// newClient makes the client that the scenario asks for, with a pool of its own.
func newClient(in *input, report *reporter) *http.Client {
	options := in.Scenario.Client
	wait := 60_000
	if options.ExpectContinueTimeout != nil {
		wait = *options.ExpectContinueTimeout
	}
	transport := &http.Transport{
		// Without it, own TLS settings mean HTTP/1.1 alone.
		ForceAttemptHTTP2:     in.Scheme == "h2",
		TLSClientConfig:       tlsSettings(in),
		TLSHandshakeTimeout:   milliseconds(options.HandshakeTimeout),
		ResponseHeaderTimeout: milliseconds(options.HeaderTimeout),
		ExpectContinueTimeout: milliseconds(wait),
		DisableKeepAlives:     options.KeepsAlive != nil && !*options.KeepsAlive,
		MaxConnsPerHost:       options.MaxConnections,
		MaxIdleConnsPerHost:   options.MaxIdleConnections,
		DialContext:           dialContext(in, report),
	}
	if options.Proxy != nil {
		transport.Proxy = http.ProxyURL(proxyURL(in))
	}
	client := &http.Client{Transport: transport}
	if !options.FollowsRedirects {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return client
}

func milliseconds(count int) time.Duration { return time.Duration(count) * time.Millisecond }

func tlsSettings(in *input) *tls.Config {
	options := in.Scenario.Client
	roots := x509.NewCertPool()
	if options.TrustsAuthority == nil || *options.TrustsAuthority {
		roots.AppendCertsFromPEM([]byte(in.Authority))
	}
	settings := &tls.Config{RootCAs: roots, ServerName: options.ServerName, NextProtos: options.ALPN}
	if options.MaxTLSVersion == "TLSv1.2" {
		settings.MaxVersion = tls.VersionTLS12
	}
	if options.ResumesSessions {
		settings.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	return settings
}

func dialContext(in *input, report *reporter) func(ctx context.Context, network, addr string) (net.Conn, error) {
	dialer := &net.Dialer{}
	if in.SocketPath != "" {
		return func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", in.SocketPath)
		}
	}
	if options := in.Scenario.Client; options.Hosts != nil {
		dialer.Resolver = newResolver(options.Hosts, func() {
			if options.ResolvesAfter != "" {
				report.await(0, options.ResolvesAfter)
			}
		})
	}
	return dialer.DialContext
}

func proxyURL(in *input) *url.URL {
	proxy := in.Scenario.Client.Proxy
	host := proxy.Host
	if host == "" {
		host = "127.0.0.1"
	}
	address := &url.URL{Scheme: proxy.Kind, Host: fmt.Sprintf("%s:%d", host, in.Port)}
	if name, password, ok := strings.Cut(proxy.Credentials, ":"); ok {
		address.User = url.UserPassword(name, password)
	}
	return address
}
