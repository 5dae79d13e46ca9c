package main

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
)

const (
	typeA    = 1
	typeAAAA = 28
	// Flags of an answer: it is one, it has authority, the name does not exist.
	answered    = 0x8400
	nonexistent = 0x8403
)

// newResolver gives a resolver that asks a name server inside of this process, which knows these hosts and no
// others, and answers when wait has returned.
func newResolver(hosts map[string][]string, wait func()) *net.Resolver {
	return &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				wait()
				serveNames(server, hosts)
			}()
			return client, nil
		},
	}
}

// serveNames answers queries that come as on TCP: each message with its length before it.
func serveNames(conn net.Conn, hosts map[string][]string) {
	defer conn.Close()
	for {
		var length uint16
		if binary.Read(conn, binary.BigEndian, &length) != nil {
			return
		}
		query := make([]byte, length)
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		reply := answer(query, hosts)
		message := binary.BigEndian.AppendUint16(nil, uint16(len(reply)))
		if _, err := conn.Write(append(message, reply...)); err != nil {
			return
		}
	}
}

// answer makes the reply to a query with one question, as all are that Go sends.
func answer(query []byte, hosts map[string][]string) []byte {
	const header = 12
	at := header
	labels := []string{}
	for query[at] != 0 {
		size := int(query[at])
		labels = append(labels, string(query[at+1:at+1+size]))
		at += 1 + size
	}
	question := query[header : at+5]
	kind := binary.BigEndian.Uint16(query[at+1:])
	addresses := hosts[strings.ToLower(strings.Join(labels, "."))]
	flags := answered
	if len(addresses) == 0 {
		flags = nonexistent
	}
	records, count := []byte{}, 0
	for _, text := range addresses {
		address := netip.MustParseAddr(text).AsSlice()
		if (kind == typeA && len(address) != 4) || (kind == typeAAAA && len(address) != 16) {
			continue
		}
		count++
		// The name is the one of the question; class IN, a minute to live.
		records = append(records, 0xc0, header)
		records = binary.BigEndian.AppendUint16(records, kind)
		records = append(records, 0, 1, 0, 0, 0, 60)
		records = binary.BigEndian.AppendUint16(records, uint16(len(address)))
		records = append(records, address...)
	}
	reply := append([]byte{}, query[:2]...)
	for _, number := range []int{flags, 1, count, 0, 0} {
		reply = binary.BigEndian.AppendUint16(reply, uint16(number))
	}
	return append(append(reply, question...), records...)
}
