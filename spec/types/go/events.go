// Code generated from the catalogue of sio-p2p. DO NOT EDIT.

package p2p

// P2PEmitV1 is the argument list of P2P_EMIT. The target receives the event with these
// arguments and without an ack id. A client may address itself.
//
// Dialect v1. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
// SRV-MSG-11, SRV-MSG-12, SRV-MSG-23, SRV-ROB-3.
type P2PEmitV1 struct {
	// Msg: the message.
	Msg MessageObject
}

func (a *P2PEmitV1) fields() []field {
	return []field{
		one(&a.Msg),
	}
}

// MarshalJSON writes the arguments as an array.
func (a P2PEmitV1) MarshalJSON() ([]byte, error) {
	return writeList("P2P_EMIT", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *P2PEmitV1) UnmarshalJSON(data []byte) error {
	return readList("P2P_EMIT", data, a.fields())
}

// P2PEmitV1Event is the name under which P2PEmitV1 travels.
const P2PEmitV1Event = "P2P_EMIT"

// P2PEmitAcknowledge is the argument list of P2P_EMIT_ACKNOWLEDGE. The target receives the
// event with an ack id; its answer is handed back verbatim, the first one only.
//
// Dialect v1. Clauses: SRV-CORE-F6, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
// SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18, SRV-ROB-3.
type P2PEmitAcknowledge struct {
	// Msg: the message.
	Msg MessageObject
}

func (a *P2PEmitAcknowledge) fields() []field {
	return []field{
		one(&a.Msg),
	}
}

// MarshalJSON writes the arguments as an array.
func (a P2PEmitAcknowledge) MarshalJSON() ([]byte, error) {
	return writeList("P2P_EMIT_ACKNOWLEDGE", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *P2PEmitAcknowledge) UnmarshalJSON(data []byte) error {
	return readList("P2P_EMIT_ACKNOWLEDGE", data, a.fields())
}

// P2PEmitAcknowledgeEvent is the name under which P2PEmitAcknowledge travels.
const P2PEmitAcknowledgeEvent = "P2P_EMIT_ACKNOWLEDGE"

// P2PEmitV2 is the argument list of P2P_EMIT. The target receives the event with these
// arguments, with an ack id exactly if the sender gave one. A client may address itself.
//
//   - No answer is asked for.
//   - An answer is asked for.
//
// Dialect v2. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-CORE-F6,
// SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18,
// SRV-MSG-23, SRV-ROB-3.
type P2PEmitV2 struct {
	// Target: the client that shall receive the event.
	Target ClientID
	// Event: the event that it receives.
	Event EventName
	// Args: the arguments of that event, passed on unchanged.
	Args Arguments
	// WantsAck: whether an answer is asked for; without one a null ends the list.
	WantsAck bool
}

func (a *P2PEmitV2) fields() []field {
	return []field{
		one(&a.Target),
		one(&a.Event),
		one(&a.Args),
		nullUnless(&a.WantsAck),
	}
}

// MarshalJSON writes the arguments as an array.
func (a P2PEmitV2) MarshalJSON() ([]byte, error) {
	return writeList("P2P_EMIT", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *P2PEmitV2) UnmarshalJSON(data []byte) error {
	return readList("P2P_EMIT", data, a.fields())
}

// P2PEmitV2Event is the name under which P2PEmitV2 travels.
const P2PEmitV2Event = "P2P_EMIT"

// MultiAPIAddTarget is the argument list of MULTI_API_ADD_TARGET. Links the sender's connection
// with the target's, so that each is told when the other leaves, and tells the target, whose
// answer is handed back.
//
// Dialect v1. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
// SRV-MSG-24, SRV-MSG-25.
type MultiAPIAddTarget struct {
	// Target: the client to be added.
	Target ClientID
}

func (a *MultiAPIAddTarget) fields() []field {
	return []field{
		one(&a.Target),
	}
}

// MarshalJSON writes the arguments as an array.
func (a MultiAPIAddTarget) MarshalJSON() ([]byte, error) {
	return writeList("MULTI_API_ADD_TARGET", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *MultiAPIAddTarget) UnmarshalJSON(data []byte) error {
	return readList("MULTI_API_ADD_TARGET", data, a.fields())
}

// MultiAPIAddTargetEvent is the name under which MultiAPIAddTarget travels.
const MultiAPIAddTargetEvent = "MULTI_API_ADD_TARGET"

// AddTarget is the argument list of ADD_TARGET. Links the sender's connection with the
// target's, so that each is told when the other leaves, and tells the target, whose answer is
// handed back.
//
// Dialect v2. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
// SRV-MSG-24.
type AddTarget struct {
	// Target: the client to be added.
	Target ClientID
}

func (a *AddTarget) fields() []field {
	return []field{
		one(&a.Target),
	}
}

// MarshalJSON writes the arguments as an array.
func (a AddTarget) MarshalJSON() ([]byte, error) {
	return writeList("ADD_TARGET", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *AddTarget) UnmarshalJSON(data []byte) error {
	return readList("ADD_TARGET", data, a.fields())
}

// AddTargetEvent is the name under which AddTarget travels.
const AddTargetEvent = "ADD_TARGET"

// MultiAPICreateStream is the argument list of MULTI_API_CREATE_STREAM. Asks the target to open
// a stream. The server states the source, links both connections, and hands the target's answer
// back.
//
// Dialect v1. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-13,
// SRV-STR-16.
type MultiAPICreateStream struct {
	// Info: the stream, seen from its opener.
	Info StreamInfo
}

func (a *MultiAPICreateStream) fields() []field {
	return []field{
		one(&a.Info),
	}
}

// MarshalJSON writes the arguments as an array.
func (a MultiAPICreateStream) MarshalJSON() ([]byte, error) {
	return writeList("MULTI_API_CREATE_STREAM", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *MultiAPICreateStream) UnmarshalJSON(data []byte) error {
	return readList("MULTI_API_CREATE_STREAM", data, a.fields())
}

// MultiAPICreateStreamEvent is the name under which MultiAPICreateStream travels.
const MultiAPICreateStreamEvent = "MULTI_API_CREATE_STREAM"

// CreateStream is the argument list of CREATE_STREAM. Asks the target to open a stream. The
// server states the source, links both connections, and hands the target's answer back.
//
// Dialect v2. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-12,
// SRV-STR-13, SRV-STR-16.
type CreateStream struct {
	// Info: the stream, seen from its opener.
	Info StreamInfo
}

func (a *CreateStream) fields() []field {
	return []field{
		one(&a.Info),
	}
}

// MarshalJSON writes the arguments as an array.
func (a CreateStream) MarshalJSON() ([]byte, error) {
	return writeList("CREATE_STREAM", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *CreateStream) UnmarshalJSON(data []byte) error {
	return readList("CREATE_STREAM", data, a.fields())
}

// CreateStreamEvent is the name under which CreateStream travels.
const CreateStreamEvent = "CREATE_STREAM"

// JoinRoomV1 is the argument list of JOIN_ROOM. The sender, or by one form a client that it
// names, joins a room. Joining twice is harmless.
//
//   - The sender joins.
//   - The named client joins and is not told.
//
// Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-5.
type JoinRoomV1 struct {
	// Action: any value; it has no effect.
	Action Payload
	// Client: the client that joins. Only with the action CLIENT_SUBSCRIBE_TOPIC.
	Client *ClientID
	// Room: the room or rooms to join.
	Room Rooms
}

func (a *JoinRoomV1) fields() []field {
	return []field{
		but(&a.Action, "CLIENT_UNSUBSCRIBE_TOPIC", "SERVICE_DESTROY_TOPIC"),
		with(&a.Action, "CLIENT_SUBSCRIBE_TOPIC", &a.Client),
		one(&a.Room),
	}
}

// MarshalJSON writes the arguments as an array.
func (a JoinRoomV1) MarshalJSON() ([]byte, error) {
	return writeList("JOIN_ROOM", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *JoinRoomV1) UnmarshalJSON(data []byte) error {
	return readList("JOIN_ROOM", data, a.fields())
}

// JoinRoomV1Event is the name under which JoinRoomV1 travels.
const JoinRoomV1Event = "JOIN_ROOM"

// JoinRoomV2 is the argument list of JOIN_ROOM. The sender joins a room. Joining twice is
// harmless.
//
//   - No ack is asked for.
//   - An ack is asked for.
//
// Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
type JoinRoomV2 struct {
	// Room: the room or rooms.
	Room Rooms
	// WantsAck: whether an answer is asked for; without one a null ends the list.
	WantsAck bool
}

func (a *JoinRoomV2) fields() []field {
	return []field{
		one(&a.Room),
		nullUnless(&a.WantsAck),
	}
}

// MarshalJSON writes the arguments as an array.
func (a JoinRoomV2) MarshalJSON() ([]byte, error) {
	return writeList("JOIN_ROOM", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *JoinRoomV2) UnmarshalJSON(data []byte) error {
	return readList("JOIN_ROOM", data, a.fields())
}

// JoinRoomV2Event is the name under which JoinRoomV2 travels.
const JoinRoomV2Event = "JOIN_ROOM"

// LeaveRoomV1 is the argument list of LEAVE_ROOM. The sender, by one form a client that it
// names, or by another every member leaves a room. Leaving a room one is not in is harmless.
//
//   - The sender leaves.
//   - The named client leaves and is not told; this form is never acked by the original.
//   - Every member gets the end notice of the topic and leaves.
//
// Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-3.
type LeaveRoomV1 struct {
	// Action: any value; it has no effect.
	Action Payload
	// Client: the client that leaves. Only with the action CLIENT_UNSUBSCRIBE_TOPIC.
	Client *ClientID
	// Room: the room or rooms to leave.
	Room Rooms
}

func (a *LeaveRoomV1) fields() []field {
	return []field{
		but(&a.Action, "CLIENT_SUBSCRIBE_TOPIC"),
		with(&a.Action, "CLIENT_UNSUBSCRIBE_TOPIC", &a.Client),
		one(&a.Room),
	}
}

// MarshalJSON writes the arguments as an array.
func (a LeaveRoomV1) MarshalJSON() ([]byte, error) {
	return writeList("LEAVE_ROOM", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *LeaveRoomV1) UnmarshalJSON(data []byte) error {
	return readList("LEAVE_ROOM", data, a.fields())
}

// LeaveRoomV1Event is the name under which LeaveRoomV1 travels.
const LeaveRoomV1Event = "LEAVE_ROOM"

// LeaveRoomV2 is the argument list of LEAVE_ROOM. The sender leaves a room. Leaving a room one
// is not in is harmless.
//
//   - No ack is asked for.
//   - An ack is asked for.
//
// Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
type LeaveRoomV2 struct {
	// Room: the room or rooms.
	Room Rooms
	// WantsAck: whether an answer is asked for; without one a null ends the list.
	WantsAck bool
}

func (a *LeaveRoomV2) fields() []field {
	return []field{
		one(&a.Room),
		nullUnless(&a.WantsAck),
	}
}

// MarshalJSON writes the arguments as an array.
func (a LeaveRoomV2) MarshalJSON() ([]byte, error) {
	return writeList("LEAVE_ROOM", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *LeaveRoomV2) UnmarshalJSON(data []byte) error {
	return readList("LEAVE_ROOM", data, a.fields())
}

// LeaveRoomV2Event is the name under which LeaveRoomV2 travels.
const LeaveRoomV2Event = "LEAVE_ROOM"

// EmitRoom is the argument list of EMIT_ROOM. Every member of the room except the sender
// receives the event. The sender need not be a member; a room without members is not an error.
//
// Dialects v1 and v2. Clauses: SRV-CORE-F8, SRV-CORE-4, SRV-MSG-10, SRV-MSG-11, SRV-ROB-3,
// SRV-ROB-4.
type EmitRoom struct {
	// Room: the room.
	Room RoomName
	// Event: the event that the members receive.
	Event EventName
	// Args: the arguments of that event.
	Args []Payload
}

func (a *EmitRoom) fields() []field {
	return []field{
		one(&a.Room),
		one(&a.Event),
		rest(&a.Args),
	}
}

// MarshalJSON writes the arguments as an array.
func (a EmitRoom) MarshalJSON() ([]byte, error) {
	return writeList("EMIT_ROOM", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *EmitRoom) UnmarshalJSON(data []byte) error {
	return readList("EMIT_ROOM", data, a.fields())
}

// EmitRoomEvent is the name under which EmitRoom travels.
const EmitRoomEvent = "EMIT_ROOM"

// ListClients is the argument list of LIST_CLIENTS. Asks for the ids of all connected clients,
// each once.
//
// Dialects v1 and v2. Clauses: SRV-CORE-10, SRV-CORE-1, SRV-CORE-2, SRV-CORE-11.
type ListClients struct{}

func (a *ListClients) fields() []field {
	return []field{}
}

// MarshalJSON writes the arguments as an array.
func (a ListClients) MarshalJSON() ([]byte, error) {
	return writeList("LIST_CLIENTS", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *ListClients) UnmarshalJSON(data []byte) error {
	return readList("LIST_CLIENTS", data, a.fields())
}

// ListClientsEvent is the name under which ListClients travels.
const ListClientsEvent = "LIST_CLIENTS"

// GetClientConnectedStatus is the argument list of GET_CLIENT_CONNECTED_STATUS. Asks whether a
// client is connected.
//
// Dialect v2. Clause: SRV-CORE-12.
type GetClientConnectedStatus struct {
	// Client: the id of the client in question.
	Client Text
}

func (a *GetClientConnectedStatus) fields() []field {
	return []field{
		one(&a.Client),
	}
}

// MarshalJSON writes the arguments as an array.
func (a GetClientConnectedStatus) MarshalJSON() ([]byte, error) {
	return writeList("GET_CLIENT_CONNECTED_STATUS", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *GetClientConnectedStatus) UnmarshalJSON(data []byte) error {
	return readList("GET_CLIENT_CONNECTED_STATUS", data, a.fields())
}

// GetClientConnectedStatusEvent is the name under which GetClientConnectedStatus travels.
const GetClientConnectedStatusEvent = "GET_CLIENT_CONNECTED_STATUS"

// CheckAPIName is the argument list of CHECK_API_NAME. Asks whether an API exists, before
// providing or using it.
//
// Dialect v2. Clauses: SRV-SVC-10, SRV-SVC-3, SRV-ROB-4.
type CheckAPIName struct {
	// Name: the API in question.
	Name APIName
}

func (a *CheckAPIName) fields() []field {
	return []field{
		one(&a.Name),
	}
}

// MarshalJSON writes the arguments as an array.
func (a CheckAPIName) MarshalJSON() ([]byte, error) {
	return writeList("CHECK_API_NAME", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *CheckAPIName) UnmarshalJSON(data []byte) error {
	return readList("CHECK_API_NAME", data, a.fields())
}

// CheckAPINameEvent is the name under which CheckAPIName travels.
const CheckAPINameEvent = "CHECK_API_NAME"

// CreateAPI is the argument list of CREATE_API. The sender provides the API from now on; its
// calls arrive as events of that name.
//
// Dialect v2. Clauses: SRV-SVC-11, SRV-SVC-1, SRV-SVC-3, SRV-ROB-3, SRV-ROB-4.
type CreateAPI struct {
	// Name: the API.
	Name APIName
}

func (a *CreateAPI) fields() []field {
	return []field{
		one(&a.Name),
	}
}

// MarshalJSON writes the arguments as an array.
func (a CreateAPI) MarshalJSON() ([]byte, error) {
	return writeList("CREATE_API", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *CreateAPI) UnmarshalJSON(data []byte) error {
	return readList("CREATE_API", data, a.fields())
}

// CreateAPIEvent is the name under which CreateAPI travels.
const CreateAPIEvent = "CREATE_API"

// UseAPI is the argument list of USE_API. The provider receives an event named like the API,
// with an ack id exactly if the caller gave one; its answer is handed back.
//
// Dialect v2. Clauses: SRV-SVC-12, SRV-SVC-1, SRV-SVC-2, SRV-SVC-16, SRV-MSG-10, SRV-MSG-13.
type UseAPI struct {
	// Name: the API.
	Name APIName
	// Args: the arguments of the call.
	Args []Payload
}

func (a *UseAPI) fields() []field {
	return []field{
		one(&a.Name),
		rest(&a.Args),
	}
}

// MarshalJSON writes the arguments as an array.
func (a UseAPI) MarshalJSON() ([]byte, error) {
	return writeList("USE_API", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *UseAPI) UnmarshalJSON(data []byte) error {
	return readList("USE_API", data, a.fields())
}

// UseAPIEvent is the name under which UseAPI travels.
const UseAPIEvent = "USE_API"

// DestroyAPI is the argument list of DESTROY_API. The sender provides one API no longer, or
// without a name none at all. APIs of others are untouched.
//
//   - One API, or by the empty text every API of the sender.
//   - Every API of the sender.
//
// Dialect v2. Clauses: SRV-SVC-13, SRV-SVC-3, SRV-SVC-16.
type DestroyAPI struct {
	// Name: the API; the empty text for all of the sender's. It may be missing.
	Name *Text
}

func (a *DestroyAPI) fields() []field {
	return []field{
		maybe(&a.Name),
	}
}

// MarshalJSON writes the arguments as an array.
func (a DestroyAPI) MarshalJSON() ([]byte, error) {
	return writeList("DESTROY_API", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *DestroyAPI) UnmarshalJSON(data []byte) error {
	return readList("DESTROY_API", data, a.fields())
}

// DestroyAPIEvent is the name under which DestroyAPI travels.
const DestroyAPIEvent = "DESTROY_API"

// ServerError is the argument list of SERVER_ERROR. Tells a client, and nobody else, that
// something it asked for could not be done.
//
// Dialects v1 and v2. Clauses: SRV-CORE-F3, SRV-ROB-1.
type ServerError struct {
	// Text: a sentence for humans; the failure register knows its meanings.
	Text Text
}

func (a *ServerError) fields() []field {
	return []field{
		one(&a.Text),
	}
}

// MarshalJSON writes the arguments as an array.
func (a ServerError) MarshalJSON() ([]byte, error) {
	return writeList("SERVER_ERROR", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *ServerError) UnmarshalJSON(data []byte) error {
	return readList("SERVER_ERROR", data, a.fields())
}

// ServerErrorEvent is the name under which ServerError travels.
const ServerErrorEvent = "SERVER_ERROR"

// ServerPing is the argument list of SERVER_PING. Asks the new and the old connection of an
// overwritten client id for a sign of life; the answers are only logged.
//
// Dialect v2. Clauses: SRV-CORE-14, CLI-CORE-2.
type ServerPing struct{}

func (a *ServerPing) fields() []field {
	return []field{}
}

// MarshalJSON writes the arguments as an array.
func (a ServerPing) MarshalJSON() ([]byte, error) {
	return writeList("SERVER_PING", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *ServerPing) UnmarshalJSON(data []byte) error {
	return readList("SERVER_PING", data, a.fields())
}

// ServerPingEvent is the name under which ServerPing travels.
const ServerPingEvent = "SERVER_PING"

// TargetAddedV1 is the argument list of MULTI_API_ADD_TARGET. Another client added this one as
// its target.
//
// Dialect v1. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
type TargetAddedV1 struct {
	// Source: the client that did.
	Source *ClientID
}

func (a *TargetAddedV1) fields() []field {
	return []field{
		one(&a.Source),
	}
}

// MarshalJSON writes the arguments as an array.
func (a TargetAddedV1) MarshalJSON() ([]byte, error) {
	return writeList("MULTI_API_ADD_TARGET", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *TargetAddedV1) UnmarshalJSON(data []byte) error {
	return readList("MULTI_API_ADD_TARGET", data, a.fields())
}

// TargetAddedV1Event is the name under which TargetAddedV1 travels.
const TargetAddedV1Event = "MULTI_API_ADD_TARGET"

// TargetAdded is the argument list of ADD_TARGET. Another client added this one as its target.
//
// Dialect v2. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
type TargetAdded struct {
	// Source: the client that did.
	Source ClientID
}

func (a *TargetAdded) fields() []field {
	return []field{
		one(&a.Source),
	}
}

// MarshalJSON writes the arguments as an array.
func (a TargetAdded) MarshalJSON() ([]byte, error) {
	return writeList("ADD_TARGET", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *TargetAdded) UnmarshalJSON(data []byte) error {
	return readList("ADD_TARGET", data, a.fields())
}

// TargetAddedEvent is the name under which TargetAdded travels.
const TargetAddedEvent = "ADD_TARGET"

// TargetDisconnectedV1 is the argument list of MULTI_API_TARGET_DISCONNECT. A client at the
// other end of a link left, cleanly or not.
//
// Dialect v1. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
type TargetDisconnectedV1 struct {
	// Client: the client that left.
	Client *ClientID
}

func (a *TargetDisconnectedV1) fields() []field {
	return []field{
		one(&a.Client),
	}
}

// MarshalJSON writes the arguments as an array.
func (a TargetDisconnectedV1) MarshalJSON() ([]byte, error) {
	return writeList("MULTI_API_TARGET_DISCONNECT", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *TargetDisconnectedV1) UnmarshalJSON(data []byte) error {
	return readList("MULTI_API_TARGET_DISCONNECT", data, a.fields())
}

// TargetDisconnectedV1Event is the name under which TargetDisconnectedV1 travels.
const TargetDisconnectedV1Event = "MULTI_API_TARGET_DISCONNECT"

// TargetDisconnected is the argument list of TARGET_DISCONNECT. A client at the other end of a
// link left, cleanly or not.
//
// Dialect v2. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
type TargetDisconnected struct {
	// Client: the client that left.
	Client ClientID
}

func (a *TargetDisconnected) fields() []field {
	return []field{
		one(&a.Client),
	}
}

// MarshalJSON writes the arguments as an array.
func (a TargetDisconnected) MarshalJSON() ([]byte, error) {
	return writeList("TARGET_DISCONNECT", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *TargetDisconnected) UnmarshalJSON(data []byte) error {
	return readList("TARGET_DISCONNECT", data, a.fields())
}

// TargetDisconnectedEvent is the name under which TargetDisconnected travels.
const TargetDisconnectedEvent = "TARGET_DISCONNECT"

// StreamOfferedV1 is the argument list of MULTI_API_CREATE_STREAM. A peer, named by
// `sourceClientId`, asks to open a stream.
//
// Dialect v1. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
type StreamOfferedV1 struct {
	// Info: the stream, seen from its opener.
	Info StreamInfo
}

func (a *StreamOfferedV1) fields() []field {
	return []field{
		one(&a.Info),
	}
}

// MarshalJSON writes the arguments as an array.
func (a StreamOfferedV1) MarshalJSON() ([]byte, error) {
	return writeList("MULTI_API_CREATE_STREAM", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *StreamOfferedV1) UnmarshalJSON(data []byte) error {
	return readList("MULTI_API_CREATE_STREAM", data, a.fields())
}

// StreamOfferedV1Event is the name under which StreamOfferedV1 travels.
const StreamOfferedV1Event = "MULTI_API_CREATE_STREAM"

// StreamOffered is the argument list of CREATE_STREAM. A peer, or the server under a source id
// that ends in `--server-side`, asks to open a stream.
//
// Dialect v2. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-15, CLI-STR-F2.
type StreamOffered struct {
	// Info: the stream, seen from its opener.
	Info StreamInfo
}

func (a *StreamOffered) fields() []field {
	return []field{
		one(&a.Info),
	}
}

// MarshalJSON writes the arguments as an array.
func (a StreamOffered) MarshalJSON() ([]byte, error) {
	return writeList("CREATE_STREAM", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *StreamOffered) UnmarshalJSON(data []byte) error {
	return readList("CREATE_STREAM", data, a.fields())
}

// StreamOfferedEvent is the name under which StreamOffered travels.
const StreamOfferedEvent = "CREATE_STREAM"

// StreamOfferedOnChannel is the argument list of CREATE_STREAM-CHANNEL-<channel>. A peer or the
// server asks to open a stream on a channel.
//
// Dialect v2. Clauses: SRV-STR-12, SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
type StreamOfferedOnChannel struct {
	// Info: the stream, seen from its opener.
	Info StreamInfo
}

func (a *StreamOfferedOnChannel) fields() []field {
	return []field{
		one(&a.Info),
	}
}

// MarshalJSON writes the arguments as an array.
func (a StreamOfferedOnChannel) MarshalJSON() ([]byte, error) {
	return writeList("CREATE_STREAM-CHANNEL-<channel>", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *StreamOfferedOnChannel) UnmarshalJSON(data []byte) error {
	return readList("CREATE_STREAM-CHANNEL-<channel>", data, a.fields())
}

// StreamOfferedOnChannelEvent is the name under which StreamOfferedOnChannel travels.
func StreamOfferedOnChannelEvent(channel Channel) string {
	return "CREATE_STREAM-CHANNEL-" + string(channel)
}

// StreamDataV1 is the argument list of P2P_EMIT_STREAM-from-stream-<stream>. A chunk of stream
// data from the peer whose end has this id. One chunk is in flight per direction.
//
// Dialect v1. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10.
type StreamDataV1 struct {
	// Source: who sends it, by its own word.
	Source ClientID
	// Chunk: binary, text, or in object mode any value.
	Chunk Payload
}

func (a *StreamDataV1) fields() []field {
	return []field{
		one(&a.Source),
		one(&a.Chunk),
	}
}

// MarshalJSON writes the arguments as an array.
func (a StreamDataV1) MarshalJSON() ([]byte, error) {
	return writeList("P2P_EMIT_STREAM-from-stream-<stream>", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *StreamDataV1) UnmarshalJSON(data []byte) error {
	return readList("P2P_EMIT_STREAM-from-stream-<stream>", data, a.fields())
}

// StreamDataV1Event is the name under which StreamDataV1 travels.
func StreamDataV1Event(stream StreamID) string {
	return "P2P_EMIT_STREAM-from-stream-" + string(stream)
}

// StreamDataV2 is the argument list of P2P_EMIT_STREAM-from-stream-<stream>. A chunk of stream
// data from the peer whose end has this id; null ends the direction. One chunk is in flight per
// direction.
//
// Dialect v2. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10, CLI-STR-11, SRV-STR-15.
type StreamDataV2 struct {
	// Chunk: binary, text, in object mode any value; null ends the direction.
	Chunk Payload
}

func (a *StreamDataV2) fields() []field {
	return []field{
		one(&a.Chunk),
	}
}

// MarshalJSON writes the arguments as an array.
func (a StreamDataV2) MarshalJSON() ([]byte, error) {
	return writeList("P2P_EMIT_STREAM-from-stream-<stream>", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *StreamDataV2) UnmarshalJSON(data []byte) error {
	return readList("P2P_EMIT_STREAM-from-stream-<stream>", data, a.fields())
}

// StreamDataV2Event is the name under which StreamDataV2 travels.
func StreamDataV2Event(stream StreamID) string {
	return "P2P_EMIT_STREAM-from-stream-" + string(stream)
}

// PeerStreamDestroyedV1 is the argument list of PEER_STREAM_DESTROYED. The peer's end of a
// stream was destroyed; the receiver destroys its own end and answers with the same event for
// it.
//
// Dialect v1. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
type PeerStreamDestroyedV1 struct {
	// Client: whose end it was, by its own word.
	Client ClientID
	// Stream: the id of the end that was destroyed.
	Stream StreamID
}

func (a *PeerStreamDestroyedV1) fields() []field {
	return []field{
		one(&a.Client),
		one(&a.Stream),
	}
}

// MarshalJSON writes the arguments as an array.
func (a PeerStreamDestroyedV1) MarshalJSON() ([]byte, error) {
	return writeList("PEER_STREAM_DESTROYED", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *PeerStreamDestroyedV1) UnmarshalJSON(data []byte) error {
	return readList("PEER_STREAM_DESTROYED", data, a.fields())
}

// PeerStreamDestroyedV1Event is the name under which PeerStreamDestroyedV1 travels.
const PeerStreamDestroyedV1Event = "PEER_STREAM_DESTROYED"

// PeerStreamDestroyedV2 is the argument list of PEER_STREAM_DESTROYED. The peer's end of a
// stream was destroyed; the receiver destroys its own end and answers with the same event for
// it.
//
// Dialect v2. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
type PeerStreamDestroyedV2 struct {
	// Stream: the id of the end that was destroyed.
	Stream StreamID
}

func (a *PeerStreamDestroyedV2) fields() []field {
	return []field{
		one(&a.Stream),
	}
}

// MarshalJSON writes the arguments as an array.
func (a PeerStreamDestroyedV2) MarshalJSON() ([]byte, error) {
	return writeList("PEER_STREAM_DESTROYED", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *PeerStreamDestroyedV2) UnmarshalJSON(data []byte) error {
	return readList("PEER_STREAM_DESTROYED", data, a.fields())
}

// PeerStreamDestroyedV2Event is the name under which PeerStreamDestroyedV2 travels.
const PeerStreamDestroyedV2Event = "PEER_STREAM_DESTROYED"

// SubscribeTopic is the argument list of SUBSCRIBE_TOPIC. A peer asks this service for the
// publications of a topic; a service that the server provides takes it before it is forwarded.
//
// Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
type SubscribeTopic struct {
	// Source: who asks, by its own word.
	Source ClientID
	// Client: who is to be subscribed.
	Client ClientID
	// Topic: the bare topic name.
	Topic Text
}

func (a *SubscribeTopic) fields() []field {
	return []field{
		one(&a.Source),
		one(&a.Client),
		one(&a.Topic),
	}
}

// MarshalJSON writes the arguments as an array.
func (a SubscribeTopic) MarshalJSON() ([]byte, error) {
	return writeList("SUBSCRIBE_TOPIC", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *SubscribeTopic) UnmarshalJSON(data []byte) error {
	return readList("SUBSCRIBE_TOPIC", data, a.fields())
}

// SubscribeTopicEvent is the name under which SubscribeTopic travels.
const SubscribeTopicEvent = "SUBSCRIBE_TOPIC"

// UnsubscribeTopic is the argument list of UNSUBSCRIBE_TOPIC. A peer wants no more publications
// of a topic.
//
// Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
type UnsubscribeTopic struct {
	// Source: who asks, by its own word.
	Source ClientID
	// Client: who is to be unsubscribed.
	Client ClientID
	// Topic: the topic name.
	Topic Text
}

func (a *UnsubscribeTopic) fields() []field {
	return []field{
		one(&a.Source),
		one(&a.Client),
		one(&a.Topic),
	}
}

// MarshalJSON writes the arguments as an array.
func (a UnsubscribeTopic) MarshalJSON() ([]byte, error) {
	return writeList("UNSUBSCRIBE_TOPIC", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *UnsubscribeTopic) UnmarshalJSON(data []byte) error {
	return readList("UNSUBSCRIBE_TOPIC", data, a.fields())
}

// UnsubscribeTopicEvent is the name under which UnsubscribeTopic travels.
const UnsubscribeTopicEvent = "UNSUBSCRIBE_TOPIC"

// TopicPublication is the argument list of <room>-DEFAULT_TOPIC_EVENT. A publication, sent to
// every member of the topic's room except a publishing client.
//
// Dialect v1. Clauses: SRV-SVC-5, SRV-SVC-4, CLI-SVC-F2.
type TopicPublication struct {
	// Args: what was published.
	Args []Payload
}

func (a *TopicPublication) fields() []field {
	return []field{
		rest(&a.Args),
	}
}

// MarshalJSON writes the arguments as an array.
func (a TopicPublication) MarshalJSON() ([]byte, error) {
	return writeList("<room>-DEFAULT_TOPIC_EVENT", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *TopicPublication) UnmarshalJSON(data []byte) error {
	return readList("<room>-DEFAULT_TOPIC_EVENT", data, a.fields())
}

// TopicPublicationEvent is the name under which TopicPublication travels.
func TopicPublicationEvent(room RoomName) string {
	return string(room) + "-DEFAULT_TOPIC_EVENT"
}

// TopicBeingDestroyed is the argument list of <room>-TOPIC_BEING_DESTROYED. The topic ends and
// the receiver is no longer a member of its room.
//
// Dialect v1. Clauses: SRV-SVC-3, SRV-SVC-5.
type TopicBeingDestroyed struct{}

func (a *TopicBeingDestroyed) fields() []field {
	return []field{}
}

// MarshalJSON writes the arguments as an array.
func (a TopicBeingDestroyed) MarshalJSON() ([]byte, error) {
	return writeList("<room>-TOPIC_BEING_DESTROYED", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *TopicBeingDestroyed) UnmarshalJSON(data []byte) error {
	return readList("<room>-TOPIC_BEING_DESTROYED", data, a.fields())
}

// TopicBeingDestroyedEvent is the name under which TopicBeingDestroyed travels.
func TopicBeingDestroyedEvent(room RoomName) string {
	return string(room) + "-TOPIC_BEING_DESTROYED"
}

// Forwarded is the argument list of <event>. An application event: a message, a room message,
// the call of a service, or the server application's own.
//
// Dialects v1 and v2. Clauses: SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-15, CLI-MSG-2,
// SRV-MSG-26, SRV-MSG-27.
type Forwarded struct {
	// Args: the arguments; in dialect v1 the first is by convention the source's id.
	Args []Payload
}

func (a *Forwarded) fields() []field {
	return []field{
		rest(&a.Args),
	}
}

// MarshalJSON writes the arguments as an array.
func (a Forwarded) MarshalJSON() ([]byte, error) {
	return writeList("<event>", a.fields())
}

// UnmarshalJSON reads the arguments from an array.
func (a *Forwarded) UnmarshalJSON(data []byte) error {
	return readList("<event>", data, a.fields())
}
