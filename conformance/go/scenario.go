package main

// The part of a scenario that a client acts on; scenario.ts says what each field means.
type input struct {
	Scenario  scenario
	Scheme    string
	Port      int
	Authority string
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
	ExpectContinueTimeout *int
}

type traceScript struct {
	Hooks   []string
	Actions []hookAction
}

type hookAction struct {
	Hook string
	Does string
}

type requestScript struct {
	Method   string
	Host     string
	Path     string
	Header   [][2]string
	Body     *requestBody
	Response responseUse
}

type requestBody struct {
	Size    int
	Framing string
}

// A response is read to its end unless one of these is set.
type responseUse struct {
	CloseAfter     *int
	UpgradeAndRead *int
}

func (use *responseUse) UnmarshalJSON(text []byte) error {
	if string(text) == `"read"` {
		return nil
	}
	type plain responseUse
	return unmarshalStrictly(text, (*plain)(use))
}
