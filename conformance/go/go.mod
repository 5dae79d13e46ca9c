module httptrace.conformance

go 1.26
