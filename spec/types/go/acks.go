// Code generated from the catalogue of sio-p2p. DO NOT EDIT.

package p2p

// ForwardedAck is whatever the addressed peer answered: any number of arguments, verbatim.
//
// Dialects v1 and v2. Clauses: SRV-CORE-F6, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
// SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18, SRV-ROB-3,
// SRV-CORE-F5, SRV-MSG-23, SRV-SVC-12, SRV-SVC-1, SRV-SVC-2, SRV-SVC-16, CLI-MSG-2, SRV-MSG-26,
// SRV-MSG-27.
type ForwardedAck struct {
	// Args: what the peer answered.
	Args []Payload
}

func (a *ForwardedAck) fields() []field {
	return []field{
		rest(&a.Args),
	}
}

// MarshalJSON writes the arguments as an array.
func (a ForwardedAck) MarshalJSON() ([]byte, error) {
	return writeList("ForwardedAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *ForwardedAck) UnmarshalJSON(data []byte) error {
	return readList("ForwardedAck", data, a.fields())
}

// AddTargetAck is the answer to a request to be a target: empty, or the reason of a refusal.
//
//   - The target took note.
//   - The target refused, or is not connected.
//
// Dialects v1 and v2. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19,
// SRV-MSG-21, SRV-MSG-24, SRV-MSG-25, CLI-MSG-F1, CLI-MSG-10.
type AddTargetAck struct {
	// Reason: why it was refused. It may be missing.
	Reason Reason
}

func (a *AddTargetAck) fields() []field {
	return []field{
		maybe(&a.Reason),
	}
}

// MarshalJSON writes the arguments as an array.
func (a AddTargetAck) MarshalJSON() ([]byte, error) {
	return writeList("AddTargetAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *AddTargetAck) UnmarshalJSON(data []byte) error {
	return readList("AddTargetAck", data, a.fields())
}

// CreateStreamAck is the answer to a stream request: empty, or the reason of a refusal.
//
//   - The stream is open.
//   - The target refused, is not listening, or is not connected.
//
// Dialects v1 and v2. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11,
// SRV-STR-13, SRV-STR-16, SRV-STR-12, CLI-STR-F2, SRV-STR-15.
type CreateStreamAck struct {
	// Reason: why it was refused. It may be missing.
	Reason Reason
}

func (a *CreateStreamAck) fields() []field {
	return []field{
		maybe(&a.Reason),
	}
}

// MarshalJSON writes the arguments as an array.
func (a CreateStreamAck) MarshalJSON() ([]byte, error) {
	return writeList("CreateStreamAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *CreateStreamAck) UnmarshalJSON(data []byte) error {
	return readList("CreateStreamAck", data, a.fields())
}

// JoinRoomV1Ack is empty when the room was joined; one argument if it was not.
//
//   - The room was joined.
//   - It was not; the original's only reason is an empty object.
//
// Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-5.
type JoinRoomV1Ack struct {
	// Reason: why it was not. It may be missing.
	Reason Reason
}

func (a *JoinRoomV1Ack) fields() []field {
	return []field{
		maybe(&a.Reason),
	}
}

// MarshalJSON writes the arguments as an array.
func (a JoinRoomV1Ack) MarshalJSON() ([]byte, error) {
	return writeList("JoinRoomV1Ack", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *JoinRoomV1Ack) UnmarshalJSON(data []byte) error {
	return readList("JoinRoomV1Ack", data, a.fields())
}

// NullAck is an ack that says "done" with one null.
//
// Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
type NullAck struct{}

func (a *NullAck) fields() []field {
	return []field{
		null(),
	}
}

// MarshalJSON writes the arguments as an array.
func (a NullAck) MarshalJSON() ([]byte, error) {
	return writeList("NullAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *NullAck) UnmarshalJSON(data []byte) error {
	return readList("NullAck", data, a.fields())
}

// EmptyAck is an ack that only says "done": no arguments.
//
// Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-3.
type EmptyAck struct{}

func (a *EmptyAck) fields() []field {
	return []field{}
}

// MarshalJSON writes the arguments as an array.
func (a EmptyAck) MarshalJSON() ([]byte, error) {
	return writeList("EmptyAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *EmptyAck) UnmarshalJSON(data []byte) error {
	return readList("EmptyAck", data, a.fields())
}

// ListClientsAck is one array with the ids of all connected clients, each once.
//
// Dialects v1 and v2. Clauses: SRV-CORE-10, SRV-CORE-1, SRV-CORE-2, SRV-CORE-11.
type ListClientsAck struct {
	// Clients: the ids.
	Clients []ClientID
}

func (a *ListClientsAck) fields() []field {
	return []field{
		one(&a.Clients),
	}
}

// MarshalJSON writes the arguments as an array.
func (a ListClientsAck) MarshalJSON() ([]byte, error) {
	return writeList("ListClientsAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *ListClientsAck) UnmarshalJSON(data []byte) error {
	return readList("ListClientsAck", data, a.fields())
}

// ConnectedStatusAck is true for a connected client, null for one that is not.
//
// Dialect v2. Clause: SRV-CORE-12.
type ConnectedStatusAck struct {
	// Connected: whether it is.
	Connected TrueOrNull
}

func (a *ConnectedStatusAck) fields() []field {
	return []field{
		one(&a.Connected),
	}
}

// MarshalJSON writes the arguments as an array.
func (a ConnectedStatusAck) MarshalJSON() ([]byte, error) {
	return writeList("ConnectedStatusAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *ConnectedStatusAck) UnmarshalJSON(data []byte) error {
	return readList("ConnectedStatusAck", data, a.fields())
}

// CheckAPINameAck is whether the API exists.
//
// Dialect v2. Clauses: SRV-SVC-10, SRV-SVC-3, SRV-ROB-4.
type CheckAPINameAck struct {
	// Exists: whether it does.
	Exists Flag
}

func (a *CheckAPINameAck) fields() []field {
	return []field{
		one(&a.Exists),
	}
}

// MarshalJSON writes the arguments as an array.
func (a CheckAPINameAck) MarshalJSON() ([]byte, error) {
	return writeList("CheckAPINameAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *CheckAPINameAck) UnmarshalJSON(data []byte) error {
	return readList("CheckAPINameAck", data, a.fields())
}

// PongAck is a greeting that names the client.
//
// Dialect v2. Clauses: SRV-CORE-14, CLI-CORE-2.
type PongAck struct {
	// Greeting: it names the client.
	Greeting Greeting
}

func (a *PongAck) fields() []field {
	return []field{
		one(&a.Greeting),
	}
}

// MarshalJSON writes the arguments as an array.
func (a PongAck) MarshalJSON() ([]byte, error) {
	return writeList("PongAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *PongAck) UnmarshalJSON(data []byte) error {
	return readList("PongAck", data, a.fields())
}

// StreamDataAck is the answer to a chunk of stream data: empty once the next chunk may come.
//
//   - The chunk was taken; the next one may be sent.
//   - The chunk could not be written; the writer destroys its end.
//
// Dialects v1 and v2. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10, CLI-STR-11, SRV-STR-15.
type StreamDataAck struct {
	// Reason: why it was refused. It may be missing.
	Reason Reason
}

func (a *StreamDataAck) fields() []field {
	return []field{
		maybe(&a.Reason),
	}
}

// MarshalJSON writes the arguments as an array.
func (a StreamDataAck) MarshalJSON() ([]byte, error) {
	return writeList("StreamDataAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *StreamDataAck) UnmarshalJSON(data []byte) error {
	return readList("StreamDataAck", data, a.fields())
}

// SubscribeTopicAck is the answer to a subscription: empty, or the reason of a refusal.
//
//   - The subscription was taken.
//   - It was not: the topic name is empty, or the subscriber is not connected.
//
// Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
type SubscribeTopicAck struct {
	// Reason: why it was refused. It may be missing.
	Reason Reason
}

func (a *SubscribeTopicAck) fields() []field {
	return []field{
		maybe(&a.Reason),
	}
}

// MarshalJSON writes the arguments as an array.
func (a SubscribeTopicAck) MarshalJSON() ([]byte, error) {
	return writeList("SubscribeTopicAck", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *SubscribeTopicAck) UnmarshalJSON(data []byte) error {
	return readList("SubscribeTopicAck", data, a.fields())
}
