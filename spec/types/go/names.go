// Code generated from the catalogue of sio-p2p. DO NOT EDIT.

package p2p

// ClientID is the id under which a client is known to its peers; any text but the empty one.
type ClientID string

// MarshalJSON writes the name, if it is one.
func (n ClientID) MarshalJSON() ([]byte, error) {
	return writeText("ClientID", string(n), false)
}

// UnmarshalJSON reads a name.
func (n *ClientID) UnmarshalJSON(data []byte) error {
	return readText("ClientID", data, (*string)(n), false)
}

// EventName is the name of an application event; the empty text is a name too.
type EventName string

// MarshalJSON writes the name, if it is one.
func (n EventName) MarshalJSON() ([]byte, error) {
	return writeText("EventName", string(n), true)
}

// UnmarshalJSON reads a name.
func (n *EventName) UnmarshalJSON(data []byte) error {
	return readText("EventName", data, (*string)(n), true)
}

// RoomName is the name of a room.
type RoomName string

// MarshalJSON writes the name, if it is one.
func (n RoomName) MarshalJSON() ([]byte, error) {
	return writeText("RoomName", string(n), true)
}

// UnmarshalJSON reads a name.
func (n *RoomName) UnmarshalJSON(data []byte) error {
	return readText("RoomName", data, (*string)(n), true)
}

// StreamID is the id that one end of a stream chose for itself.
type StreamID string

// MarshalJSON writes the name, if it is one.
func (n StreamID) MarshalJSON() ([]byte, error) {
	return writeText("StreamID", string(n), true)
}

// UnmarshalJSON reads a name.
func (n *StreamID) UnmarshalJSON(data []byte) error {
	return readText("StreamID", data, (*string)(n), true)
}

// APIName is the name under which an API is provided, dialect `v2`.
type APIName string

// MarshalJSON writes the name, if it is one.
func (n APIName) MarshalJSON() ([]byte, error) {
	return writeText("APIName", string(n), false)
}

// UnmarshalJSON reads a name.
func (n *APIName) UnmarshalJSON(data []byte) error {
	return readText("APIName", data, (*string)(n), false)
}

// TopicName is the bare name of a topic, dialect `v1`.
type TopicName string

// MarshalJSON writes the name, if it is one.
func (n TopicName) MarshalJSON() ([]byte, error) {
	return writeText("TopicName", string(n), false)
}

// UnmarshalJSON reads a name.
func (n *TopicName) UnmarshalJSON(data []byte) error {
	return readText("TopicName", data, (*string)(n), false)
}

// Channel is the channel that sorts stream requests at the acceptor, dialect `v2`.
type Channel string

// MarshalJSON writes the name, if it is one.
func (n Channel) MarshalJSON() ([]byte, error) {
	return writeText("Channel", string(n), false)
}

// UnmarshalJSON reads a name.
func (n *Channel) UnmarshalJSON(data []byte) error {
	return readText("Channel", data, (*string)(n), false)
}
