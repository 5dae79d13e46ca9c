module httptrace.bench

go 1.26
