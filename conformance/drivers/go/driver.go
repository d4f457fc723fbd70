// A driver for the conformance suite, as spec/driver.md describes it.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

var hello = map[string]any{"driver": "go example", "version": "1", "protocol": 1,
	"dialects": []string{"v2"}, "eio": []int{4}, "transports": []string{"websocket"},
	"can": []string{"room", "clients", "stream", "service", "reconnect"}}

// told is a command; what it does not have is empty.
type told struct {
	ID                                          uint64
	Do, URL, To, Event, Listener, Request, Room string
	Stream, API                                 string
	ClientID                                    string `json:"client_id"`
	Args                                        Args
	Data, Channel                               any
	Once, Reconnect                             bool
}

func say(line map[string]any) {
	text, err := json.Marshal(line)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Stdout.Write(append(text, '\n'))
}

func happens(event string, members map[string]any) {
	line := toWire(members).(map[string]any)
	line["event"] = event
	say(line)
}

type driver struct {
	client   *Client
	requests map[string]Answer
}

// obey does what a command says. The reply may come later, by `done` or `value`.
func (d *driver) obey(t told) {
	value := func(ok any, err error) {
		if err != nil {
			say(map[string]any{"id": t.ID, "error": err.Error()})
		} else {
			say(map[string]any{"id": t.ID, "ok": toWire(ok)})
		}
	}
	done := func(err error) { value(nil, err) }
	acked := func(ack Args, err error) { value(ack, err) }
	args, c := fromWire(t.Args).([]any), d.client
	if t.Do == "connect" {
		d.connect(t, done)
		return
	}
	if c == nil {
		c = &Client{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch t.Do {
	case "disconnect":
		c.leave()
	case "exit":
		done(nil)
		os.Exit(0)
	case "emit":
		c.message(t.To, t.Event, args, nil)
	case "request":
		c.message(t.To, t.Event, args, acked)
		return
	case "listen":
		c.listeners[t.Listener] = listener{t.Event, d.reporter(t.Listener, t.Once)}
	case "unlisten":
		delete(c.listeners, t.Listener)
	case "answer":
		d.requests[t.Request](args...)
	case "add_target":
		c.addTarget(t.To, done)
		return
	case "join_room":
		c.joinRoom(t.Room, done)
		return
	case "leave_room":
		c.leaveRoom(t.Room, done)
		return
	case "emit_room":
		c.io.Emit(append(Args{"EMIT_ROOM", t.Room, t.Event}, args...), nil)
	case "clients":
		c.io.Emit(Args{"LIST_CLIENTS"}, func(ack Args, err error) {
			value(append(ack, nil)[0], err)
		})
		return
	case "open_stream":
		c.openStream(t.Stream, t.To, t.Channel, done)
		return
	case "accept_streams", "refuse_streams":
		c.takesStreams = t.Do == "accept_streams"
	case "write":
		c.write(t.Stream, fromWire(t.Data), done)
		return
	case "end":
		c.write(t.Stream, nil, done)
		return
	case "destroy":
		done(c.destroy(t.Stream))
		return
	case "provide":
		c.provide(t.API, d.reporter(t.Listener, false), t.Listener, done)
		return
	case "withdraw":
		c.withdraw(t.API)
	case "call":
		c.io.Emit(append(Args{"USE_API", t.API}, args...), acked)
		return
	default:
		done(errors.New("unsupported"))
		return
	}
	done(nil)
}

func (d *driver) connect(t told, done Done) {
	d.requests = map[string]Answer{}
	d.client = &Client{url: t.URL, id: t.ClientID, reconnects: t.Reconnect, Happens: happens,
		listeners: map[string]listener{}, streams: map[string]*stream{}, again: map[string]func(){}}
	start, err := d.client.connect()
	done(err)
	if err == nil {
		start()
	}
}

// reporter reports what a listener hears.
func (d *driver) reporter(name string, once bool) func(Args, Answer) {
	return func(args Args, answer Answer) {
		if once {
			delete(d.client.listeners, name)
		}
		line := map[string]any{"listener": name, "args": args}
		if answer != nil {
			request := fmt.Sprintf("r%d", len(d.requests)+1)
			d.requests[request] = answer
			line["request"] = request
		}
		happens("received", line)
	}
}

func main() {
	say(hello)
	d := &driver{}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var t told
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.UseNumber()
		if err := decoder.Decode(&t); err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		d.obey(t)
	}
}
