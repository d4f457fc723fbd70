package p2p

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// Payload is any JSON value, as it travels. A binary attachment stands in it as its placeholder.
type Payload = json.RawMessage

// PayloadOf writes a value as a payload.
func PayloadOf(value any) (Payload, error) {
	return json.Marshal(value)
}

// Arguments is the argument list of another event, passed on unchanged.
type Arguments []Payload

// MarshalJSON writes the list.
func (a Arguments) MarshalJSON() ([]byte, error) {
	if a == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]Payload(a))
}

// UnmarshalJSON reads a list; null is none.
func (a *Arguments) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '[' {
		return errors.New("expected a list")
	}
	return json.Unmarshal(data, (*[]Payload)(a))
}

// ArgumentsOf writes values as an argument list.
func ArgumentsOf(values ...any) (Arguments, error) {
	list := make(Arguments, 0, len(values))
	for _, value := range values {
		payload, err := PayloadOf(value)
		if err != nil {
			return nil, err
		}
		list = append(list, payload)
	}
	return list, nil
}

// Text is any text.
type Text string

// MarshalJSON writes the text.
func (t Text) MarshalJSON() ([]byte, error) {
	return writeText("Text", string(t), true)
}

// UnmarshalJSON reads a text.
func (t *Text) UnmarshalJSON(data []byte) error {
	return readText("Text", data, (*string)(t), true)
}

// Greeting is "pong from client " and the client's id.
type Greeting string

const greeting = "pong from client "

func (g Greeting) check() error {
	if !strings.HasPrefix(string(g), greeting) || len(g) == len(greeting) {
		return errors.New("a greeting is \"" + greeting + "\" and a client id")
	}
	return nil
}

// MarshalJSON writes the greeting, if it is one.
func (g Greeting) MarshalJSON() ([]byte, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	return json.Marshal(string(g))
}

// UnmarshalJSON reads a greeting.
func (g *Greeting) UnmarshalJSON(data []byte) error {
	if err := readText("Greeting", data, (*string)(g), false); err != nil {
		return err
	}
	return g.check()
}

// Flag is true or false; null is neither.
type Flag bool

// UnmarshalJSON reads true or false.
func (f *Flag) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "true", "false":
		*f = string(data) == "true"
		return nil
	}
	return errors.New("expected true or false")
}

// TrueOrNull is true, or null where others would say false.
type TrueOrNull bool

// MarshalJSON writes true or null.
func (t TrueOrNull) MarshalJSON() ([]byte, error) {
	if t {
		return []byte("true"), nil
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads true or null.
func (t *TrueOrNull) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "true", "null":
		*t = string(data) == "true"
		return nil
	}
	return errors.New("expected true or null")
}

// Reason is why something was refused: any value that JavaScript calls true. Nil is no reason.
type Reason json.RawMessage

// MarshalJSON writes the reason, if it is one.
func (r Reason) MarshalJSON() ([]byte, error) {
	return json.RawMessage(r), r.check()
}

// UnmarshalJSON reads a reason.
func (r *Reason) UnmarshalJSON(data []byte) error {
	*r = append((*r)[:0], data...)
	return r.check()
}

func (r Reason) check() error {
	var value any
	if err := json.Unmarshal(r, &value); err != nil {
		return err
	}
	switch value {
	case nil, false, 0.0, "":
		return errors.New("a reason counts as true")
	}
	return nil
}

// Rooms is one room, or a list of rooms.
type Rooms struct {
	// Names: the rooms.
	Names []RoomName
	// IsList: whether they travel as a list although there is one of them.
	IsList bool
}

// Room is one room.
func Room(name RoomName) Rooms {
	return Rooms{Names: []RoomName{name}}
}

// RoomList is a list of rooms.
func RoomList(names ...RoomName) Rooms {
	return Rooms{Names: names, IsList: true}
}

// MarshalJSON writes the room or the list.
func (r Rooms) MarshalJSON() ([]byte, error) {
	if !r.IsList && len(r.Names) == 1 {
		return json.Marshal(r.Names[0])
	}
	if r.Names == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(r.Names)
}

// UnmarshalJSON reads a room or a list.
func (r *Rooms) UnmarshalJSON(data []byte) error {
	r.IsList = bytes.HasPrefix(bytes.TrimSpace(data), []byte("["))
	if r.IsList {
		return json.Unmarshal(data, &r.Names)
	}
	r.Names = make([]RoomName, 1)
	return json.Unmarshal(data, &r.Names[0])
}
