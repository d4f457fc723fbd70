package main

// Socket.IO on Engine.IO 4 over gorilla's WebSocket: what a port gets from a library.

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Args are JSON values, in which []byte is an attachment and numbers keep their text.
type Args = []any

// Answer acks an event; it is nil if no ack is asked for.
type Answer = func(args ...any)

// Socket is a connection in the default namespace.
type Socket struct {
	conn     *websocket.Conn
	writing  sync.Mutex
	Owner    sync.Locker   // is held while the owner is called
	silence  time.Duration // how long the server may be silent
	acks     map[uint64]func(Args, error)
	next     uint64
	partial  *packet // waits for its attachments
	OnEvent  func(event string, args Args, answer Answer)
	OnClosed func(why error)
}

type packet struct {
	kind    byte // '2' for an event, '3' for an ack
	ack     *uint64
	data    any
	waiting int
	found   [][]byte
}

// Dial connects; the owner sets what to call, and starts Read.
func Dial(base, clientID string) (*Socket, error) {
	where, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	where.Scheme, where.Path = "ws", strings.TrimSuffix(where.Path, "/")+"/socket.io/"
	where.RawQuery = url.Values{"EIO": {"4"}, "transport": {"websocket"}, "clientId": {clientID}}.Encode()
	conn, _, err := websocket.DefaultDialer.Dial(where.String(), nil)
	if err != nil {
		return nil, err
	}
	s := &Socket{conn: conn, acks: map[uint64]func(Args, error){}}
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	var open struct{ PingInterval, PingTimeout time.Duration }
	_, first, err := conn.ReadMessage()
	if err == nil {
		err = json.Unmarshal(first[1:], &open)
	}
	s.silence = (open.PingInterval + open.PingTimeout) * time.Millisecond
	s.write(websocket.TextMessage, []byte("40"))
	for err == nil {
		var message []byte
		_, message, err = conn.ReadMessage()
		switch {
		case strings.HasPrefix(string(message), "40"):
			return s, nil
		case strings.HasPrefix(string(message), "44"):
			err = errors.New(string(message[2:]))
		case string(message) == "2":
			s.write(websocket.TextMessage, []byte("3"))
		}
	}
	conn.Close()
	return nil, err
}

// Emit sends an event; with a function it asks for an ack.
func (s *Socket) Emit(data Args, onAck func(ack Args, err error)) {
	if onAck == nil {
		s.send('2', "", data)
		return
	}
	s.next++
	s.acks[s.next] = onAck
	s.send('2', strconv.FormatUint(s.next, 10), data)
}

// Leave sends a disconnect packet and closes.
func (s *Socket) Leave() {
	s.write(websocket.TextMessage, []byte("41"))
	s.conn.WriteControl(websocket.CloseMessage, nil, time.Now().Add(time.Second))
	s.conn.Close()
}

func (s *Socket) write(kind int, data []byte) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.conn.WriteMessage(kind, data) // an error ends Read, too
}

// Types with attachments are 3 more than those without, and say how many follow.
func (s *Socket) send(kind byte, ack string, data Args) {
	var found [][]byte
	text, _ := json.Marshal(takeOut(data, &found))
	count := ""
	if len(found) > 0 {
		kind, count = kind+3, fmt.Sprintf("%d-", len(found))
	}
	s.write(websocket.TextMessage, []byte("4"+string(kind)+count+ack+string(text)))
	for _, bytes := range found {
		s.write(websocket.BinaryMessage, bytes)
	}
}

// Read reads until the connection ends.
func (s *Socket) Read() {
	for err := error(nil); err == nil; {
		var kind int
		var message []byte
		s.conn.SetReadDeadline(time.Now().Add(s.silence))
		kind, message, err = s.conn.ReadMessage()
		s.Owner.Lock()
		switch {
		case err != nil:
			s.conn.Close()
			s.end(err)
		case kind == websocket.BinaryMessage && s.partial != nil:
			s.partial.found = append(s.partial.found, message)
			s.whole(s.partial)
		case string(message) == "2":
			s.write(websocket.TextMessage, []byte("3"))
		case strings.HasPrefix(string(message), "41"):
			s.conn.Close()
		case len(message) > 1 && message[0] == '4':
			s.packet(message[1], string(message[2:]))
		}
		s.Owner.Unlock()
	}
}

func (s *Socket) end(why error) {
	waiting := s.acks
	s.acks = map[uint64]func(Args, error){}
	for _, onAck := range waiting {
		onAck(nil, why)
	}
	s.OnClosed(why)
}

func (s *Socket) packet(kind byte, rest string) {
	p := &packet{kind: kind}
	if kind == '5' || kind == '6' {
		count, after, _ := strings.Cut(rest, "-")
		p.kind, rest = kind-3, after
		p.waiting, _ = strconv.Atoi(count)
	}
	text := strings.TrimLeft(rest, "0123456789")
	if number, err := strconv.ParseUint(rest[:len(rest)-len(text)], 10, 64); err == nil {
		p.ack = &number
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&p.data) == nil { // what makes no sense is ignored
		s.whole(p)
	}
}

// whole handles a packet, once it has its attachments.
func (s *Socket) whole(p *packet) {
	s.partial = p
	if len(p.found) < p.waiting {
		return
	}
	s.partial = nil
	data, _ := putIn(p.data, p.found).([]any)
	if p.kind == '3' && p.ack != nil {
		if onAck := s.acks[*p.ack]; onAck != nil {
			delete(s.acks, *p.ack)
			onAck(data, nil)
		}
	} else if p.kind == '2' && len(data) > 0 {
		var answer Answer
		if p.ack != nil {
			answer = func(args ...any) { s.send('3', strconv.FormatUint(*p.ack, 10), append(Args{}, args...)) }
		}
		if event, ok := data[0].(string); ok {
			s.OnEvent(event, data[1:], answer)
		}
	}
}
