package main

import "encoding/json"

// The part of a scenario that a client acts on; scenario.ts says what each field means.
type input struct {
	Scenario   scenario
	Scheme     string
	Port       int
	SocketPath string
	Authority  string
}

type scenario struct {
	Name         string
	Client       clientOptions
	Traces       []traceScript
	SharedTraces bool
	Requests     []requestScript
}

type clientOptions struct {
	TrustsAuthority       *bool
	ResumesSessions       bool
	MaxTLSVersion         string
	ALPN                  []string
	ServerName            string
	HandshakeTimeout      int
	HeaderTimeout         int
	ExpectContinueTimeout *int
	FollowsRedirects      bool
	KeepsAlive            *bool
	MaxConnections        int
	MaxIdleConnections    int
	Hosts                 map[string][]string
	ResolvesAfter         string
	Proxy                 *proxyOptions
}

type proxyOptions struct {
	Kind        string
	Host        string
	Credentials string
}

type traceScript struct {
	Hooks   []string
	Actions []hookAction
}

type hookAction struct {
	Hook string
	Does string
	// 0 for each call.
	Call int
}

type requestScript struct {
	Method   string
	Host     string
	Port     string
	Path     string
	Header   [][2]string
	Close    bool
	Body     *requestBody
	Response responseUse
	Canceled bool
	Starts   start
}

type requestBody struct {
	Size      int
	Framing   string
	RestAfter string
	Fails     bool
	EndsAfter *int
	Trailers  [][2]string
}

// When a request is made: after all before it when nothing is set.
type start struct {
	ByServer  bool
	AfterHook string
}

func (s *start) UnmarshalJSON(text []byte) error {
	if string(text) == `"byServer"` {
		s.ByServer = true
		return nil
	}
	type plain start
	return unmarshalStrictly(text, (*plain)(s))
}

// A response is read to its end unless one of these is set.
type responseUse struct {
	Leave          bool
	CloseAfter     *int
	UpgradeAndRead *int
}

func (use *responseUse) UnmarshalJSON(text []byte) error {
	var name string
	if json.Unmarshal(text, &name) == nil {
		use.Leave = name == "leave"
		return nil
	}
	type plain responseUse
	return unmarshalStrictly(text, (*plain)(use))
}
