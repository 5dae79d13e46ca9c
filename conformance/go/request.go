package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// What the source of a request's body fails with.
var errBody = errors.New("body fails")

func newRequest(ctx context.Context, in *input, script requestScript, report *reporter, index int) (*http.Request, error) {
	method, path := script.Method, script.Path
	if method == "" {
		method = http.MethodGet
	}
	if path == "" {
		path = "/"
	}
	scheme := in.Scheme
	if scheme == "h2" {
		scheme = "https"
	}
	authority := script.Host
	if script.Port != "none" {
		authority = fmt.Sprintf("%s:%d", script.Host, in.Port)
	}
	request, err := http.NewRequestWithContext(ctx, method, scheme+"://"+authority+path, newBody(script.Body, report, index))
	if err != nil {
		return nil, err
	}
	request.Close = script.Close
	for _, field := range script.Header {
		if field[0] == "Host" {
			request.Host = field[1]
			continue
		}
		// Not Add: names go on the wire as the scenario writes them.
		request.Header[field[0]] = append(request.Header[field[0]], field[1])
	}
	if script.Body != nil {
		announce(request, script.Body)
	}
	return request, nil
}

func newBody(script *requestBody, report *reporter, request int) io.Reader {
	if script == nil {
		return nil
	}
	size := script.Size
	if script.EndsAfter != nil {
		size = *script.EndsAfter
	}
	half := size / 2
	whole := strings.NewReader(strings.Repeat("b", size))
	switch {
	case script.Fails:
		return io.MultiReader(strings.NewReader(strings.Repeat("b", half)), failing{})
	case script.RestAfter != "":
		held := &heldReader{wait: func() { report.await(request, script.RestAfter) }, of: strings.NewReader(strings.Repeat("b", size-half))}
		return io.MultiReader(strings.NewReader(strings.Repeat("b", half)), held)
	case script.Framing == "chunked" || script.EndsAfter != nil:
		// Hides the length.
		return io.MultiReader(whole)
	}
	return whole
}

// announce tells what cannot be seen at the body.
func announce(request *http.Request, script *requestBody) {
	if script.Framing == "length" {
		request.ContentLength = int64(script.Size)
	}
	for _, trailer := range script.Trailers {
		if request.Trailer == nil {
			request.Trailer = http.Header{}
		}
		request.Trailer.Add(trailer[0], trailer[1])
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBody }

// heldReader reads nothing before wait returns.
type heldReader struct {
	wait func()
	of   io.Reader
}

func (r *heldReader) Read(into []byte) (int, error) {
	r.wait()
	return r.of.Read(into)
}

// use does with the response what the scenario says, and tells how many bytes were read.
func use(response *http.Response, how responseUse, onFirstBytes func()) (int, error) {
	limit := how.CloseAfter
	if how.UpgradeAndRead != nil {
		limit = how.UpgradeAndRead
	}
	if limit == nil {
		n, err := io.Copy(&marking{onFirst: onFirstBytes}, response.Body)
		return int(n), err
	}
	return io.ReadFull(response.Body, make([]byte, *limit))
}

// marking discards what is written to it and calls onFirst at the first bytes.
type marking struct {
	onFirst func()
	marked  bool
}

func (m *marking) Write(bytes []byte) (int, error) {
	if !m.marked {
		m.marked = true
		m.onFirst()
	}
	return len(bytes), nil
}
