package main

// A client of dialect v2 that other clients know by its id. Its owner holds `mu` when it calls it,
// and whoever calls back holds it, too.

import (
	"crypto/rand"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"
)

const dataEvent = "P2P_EMIT_STREAM-from-stream-"

var errGone = errors.New("the stream is gone")

// Done is told whether something has been done.
type Done = func(err error)

// Client is a client. Happens is told what spec/driver.md calls an event.
type Client struct {
	mu           sync.Mutex
	url, id      string
	io           *Socket
	left         bool
	reconnects   bool
	takesStreams bool
	listeners    map[string]listener
	streams      map[string]*stream
	again        map[string]func() // how to set up again; keys begin with a rank
	count        int
	Happens      func(event string, members map[string]any)
}

type listener struct {
	event string
	hear  func(args Args, answer Answer)
}

// stream is one end of a stream. Its writes are chunks, and nil for the end.
type stream struct {
	name, id, peerID, peer string
	open                   bool
	writes                 []write
}

type write struct {
	chunk any
	done  Done
}

func uuid() string {
	bytes := make([]byte, 16)
	rand.Read(bytes)
	return fmt.Sprintf("%x-%x-%x-%x-%x", bytes[:4], bytes[4:6], bytes[6:8], bytes[8:10], bytes[10:])
}

// Coming and going

// connect connects, and gives what has to be started then.
func (c *Client) connect() (start func(), err error) {
	io, err := Dial(c.url, c.id)
	if err != nil {
		return nil, err
	}
	c.io, io.Owner, io.OnEvent = io, &c.mu, c.heard
	io.OnClosed = func(why error) {
		if c.left || io != c.io {
			return
		}
		c.Happens("disconnected", map[string]any{"reason": why.Error()})
		for _, s := range c.streams {
			c.closed(s)
		}
		if c.reconnects {
			go c.reconnect()
		}
	}
	return func() { go io.Read() }, nil
}

func (c *Client) reconnect() {
	for {
		time.Sleep(50 * time.Millisecond)
		c.mu.Lock()
		start, err := c.connect()
		if err == nil {
			c.Happens("connected", map[string]any{})
			start()
			var order []string
			for key := range c.again {
				order = append(order, key)
			}
			sort.Strings(order) // rooms come first
			for _, key := range order {
				c.again[key]()
			}
		}
		c.mu.Unlock()
		if err == nil {
			return
		}
	}
}

func (c *Client) leave() {
	c.left = true
	c.io.Leave()
}

// setUp does something, and again whenever the client comes back.
func (c *Client) setUp(key string, done Done, action func(done Done)) {
	action(func(err error) {
		if err == nil {
			c.again[key] = func() { action(func(error) {}) }
		}
		done(err)
	})
}

// ask sends an event and asks for an ack, in which a first argument is a refusal.
func (c *Client) ask(done Done, event string, args ...any) {
	c.io.Emit(append(Args{event}, args...), func(ack Args, err error) {
		if err == nil && len(ack) > 0 && ack[0] != nil {
			err = errors.New(fmt.Sprint(ack[0]))
		}
		done(err)
	})
}

// Messages, targets and rooms

func (c *Client) message(to, event string, args Args, onAck func(Args, error)) {
	packet := Args{"P2P_EMIT", to, event, args}
	if onAck == nil {
		packet = append(packet, nil)
	}
	c.io.Emit(packet, onAck)
}

// heard is told each event of the server.
func (c *Client) heard(event string, args Args, answer Answer) {
	var first any
	if len(args) > 0 {
		first = args[0]
	}
	text, isText := first.(string)
	switch {
	case event == "SERVER_ERROR":
		c.Happens("server_error", map[string]any{"text": fmt.Sprint(first)})
	case event == "SERVER_PING":
		reply(answer, "pong from client "+c.id)
	case event == "ADD_TARGET" && isText:
		reply(answer)
		c.Happens("target_added", map[string]any{"client": text})
	case event == "TARGET_DISCONNECT" && isText:
		c.targetLeft(text)
	case event == "CREATE_STREAM" || strings.HasPrefix(event, "CREATE_STREAM-CHANNEL-"):
		if info, ok := first.(map[string]any); ok && answer != nil {
			c.offered(info, answer)
		}
	case strings.HasPrefix(event, dataEvent):
		c.data(event[len(dataEvent):], first, answer)
	case event == "PEER_STREAM_DESTROYED":
		if s := c.streamOf(text); s != nil {
			c.closed(s)
		}
	default:
		for _, l := range c.listeners {
			if l.event == event {
				l.hear(args, answer)
			}
		}
	}
}

func (c *Client) addTarget(to string, done Done) {
	c.setUp("1 target "+to, done, func(done Done) { c.ask(done, "ADD_TARGET", to) })
}

func (c *Client) joinRoom(room string, done Done) {
	c.setUp("0 room "+room, done, func(done Done) { c.ask(done, "JOIN_ROOM", room) })
}

func (c *Client) leaveRoom(room string, done Done) {
	delete(c.again, "0 room "+room)
	c.ask(done, "LEAVE_ROOM", room)
}
