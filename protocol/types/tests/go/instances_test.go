// Package check holds the types for Go to the published instances.
package check

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"sio-p2p/p2p"
)

type instance struct {
	Data json.RawMessage
}

type file struct {
	Type   string
	Event  string
	Send   []instance
	Refuse []instance
}

// types are those that are no lists of their own.
var types = map[string]func() any{
	"ApiName":            func() any { return new(p2p.APIName) },
	"Arguments":          func() any { return new(p2p.Arguments) },
	"Channel":            func() any { return new(p2p.Channel) },
	"ClientId":           func() any { return new(p2p.ClientID) },
	"EventName":          func() any { return new(p2p.EventName) },
	"Greeting":           func() any { return new(p2p.Greeting) },
	"MessageObject":      func() any { return new(p2p.MessageObject) },
	"Payload":            func() any { return new(p2p.Payload) },
	"RoomName":           func() any { return new(p2p.RoomName) },
	"Rooms":              func() any { return new(p2p.Rooms) },
	"StreamId":           func() any { return new(p2p.StreamID) },
	"StreamInfo":         func() any { return new(p2p.StreamInfo) },
	"TopicName":          func() any { return new(p2p.TopicName) },
	"AddTargetAck":       func() any { return new(p2p.AddTargetAck) },
	"CheckApiNameAck":    func() any { return new(p2p.CheckAPINameAck) },
	"ConnectedStatusAck": func() any { return new(p2p.ConnectedStatusAck) },
	"CreateStreamAck":    func() any { return new(p2p.CreateStreamAck) },
	"EmptyAck":           func() any { return new(p2p.EmptyAck) },
	"ForwardedAck":       func() any { return new(p2p.ForwardedAck) },
	"JoinRoomV1Ack":      func() any { return new(p2p.JoinRoomV1Ack) },
	"ListClientsAck":     func() any { return new(p2p.ListClientsAck) },
	"NullAck":            func() any { return new(p2p.NullAck) },
	"PongAck":            func() any { return new(p2p.PongAck) },
	"StreamDataAck":      func() any { return new(p2p.StreamDataAck) },
	"SubscribeTopicAck":  func() any { return new(p2p.SubscribeTopicAck) },
}

func made(t *testing.T, of string) any {
	for i := range p2p.Catalogue {
		if p2p.Catalogue[i].Type == of {
			return p2p.Catalogue[i].New()
		}
	}
	if types[of] == nil {
		t.Fatalf("no type for the instances of %s", of)
	}
	return types[of]()
}

// canonical is the text of a value with sorted keys and without spaces.
func canonical(t *testing.T, data []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestInstances(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(os.Getenv("INSTANCES"), "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no instances: %v", err)
	}
	sent, refused := 0, 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file file
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		for _, one := range file.Send {
			sent++
			value := made(t, file.Type)
			if err := json.Unmarshal(one.Data, value); err != nil {
				t.Errorf("%s %s: %v", file.Type, one.Data, err)
				continue
			}
			again, err := json.Marshal(value)
			if err != nil || canonical(t, again) != canonical(t, one.Data) {
				t.Errorf("%s %s: written as %s (%v)", file.Type, one.Data, again, err)
			}
		}
		for _, one := range file.Refuse {
			refused++
			value := made(t, file.Type)
			if json.Unmarshal(one.Data, value) == nil {
				t.Errorf("%s %s: not refused", file.Type, one.Data)
			}
		}
	}
	t.Logf("%d instances read and written the same, %d refused", sent, refused)
}

func TestWhatCannotBeSentIsNotWritten(t *testing.T) {
	client := p2p.ClientID("bob")
	for _, wrong := range []any{
		p2p.AddTarget{},
		p2p.P2PEmitV2{Event: "hello"},
		p2p.PongAck{Greeting: "hello"},
		p2p.AddTargetAck{Reason: p2p.Reason("false")},
		p2p.JoinRoomV1{Action: p2p.Payload(`"any"`), Client: &client, Room: p2p.Room("lobby")},
		p2p.JoinRoomV1{Action: p2p.Payload(`"CLIENT_SUBSCRIBE_TOPIC"`), Room: p2p.Room("lobby")},
		p2p.CreateStream{},
	} {
		if text, err := json.Marshal(wrong); err == nil {
			t.Errorf("%T is written as %s", wrong, text)
		}
	}
}

func TestEventsAreFoundByTheirNames(t *testing.T) {
	list, err := p2p.Decode(false, "v2", p2p.StreamDataV2Event("SA"), []byte("[null]"))
	if _, is := list.(*p2p.StreamDataV2); !is || err != nil {
		t.Errorf("%T %v", list, err)
	}
	if p2p.Find(true, "v1", p2p.AddTargetEvent) != nil {
		t.Error("dialect v1 has ADD_TARGET")
	}
}
