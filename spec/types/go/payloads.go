// Code generated from the catalogue of sio-p2p. DO NOT EDIT.

package p2p

// MessageObject is a message: who shall receive which event with which arguments. Client
// libraries put their own id first in `args`.
type MessageObject struct {
	// TargetClientID: the client that shall receive the event.
	TargetClientID ClientID
	// Event: the event that it receives.
	Event EventName
	// Args: the arguments of that event, passed on unchanged.
	Args Arguments
}

func (o *MessageObject) members() []member {
	return []member{
		required("targetClientId", &o.TargetClientID),
		required("event", &o.Event),
		required("args", &o.Args),
	}
}

// MarshalJSON writes the object.
func (o MessageObject) MarshalJSON() ([]byte, error) {
	return writeObject("MessageObject", o.members(), nil)
}

// UnmarshalJSON reads the object.
func (o *MessageObject) UnmarshalJSON(data []byte) error {
	return readObject("MessageObject", data, o.members(), nil)
}

// StreamInfo is a stream as its opener sees it. Other members pass through unchanged.
type StreamInfo struct {
	// SourceStreamID: the stream id of the opener's end.
	SourceStreamID StreamID
	// TargetStreamID: the stream id of the acceptor's end.
	TargetStreamID StreamID
	// TargetClientID: the client that shall accept the stream.
	TargetClientID ClientID
	// SourceClientID: the client that opens the stream; set by the server, whatever the opener
	// wrote.
	SourceClientID *ClientID
	// Channel: the channel by which the acceptor sorts requests, dialect v2 only.
	Channel *Channel
	// ArgArray: arguments of the opener for the acceptor, dialect v2 only.
	ArgArray Arguments
	// More: other members, which are passed on.
	More map[string]Payload
}

func (o *StreamInfo) members() []member {
	return []member{
		required("sourceStreamId", &o.SourceStreamID),
		required("targetStreamId", &o.TargetStreamID),
		required("targetClientId", &o.TargetClientID),
		optionalOrNull("sourceClientId", &o.SourceClientID),
		optional("channel", &o.Channel),
		optional("argArray", &o.ArgArray),
	}
}

// MarshalJSON writes the object.
func (o StreamInfo) MarshalJSON() ([]byte, error) {
	return writeObject("StreamInfo", o.members(), &o.More)
}

// UnmarshalJSON reads the object.
func (o *StreamInfo) UnmarshalJSON(data []byte) error {
	return readObject("StreamInfo", data, o.members(), &o.More)
}
