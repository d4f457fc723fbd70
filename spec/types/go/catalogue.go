// Code generated from the catalogue of sio-p2p. DO NOT EDIT.

package p2p

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Event describes an event in one direction.
type Event struct {
	// Key: dialect, sender and name, such as v2.server.ADD_TARGET.
	Key string
	// Type: the name of the argument list in schemas.
	Type string
	// FromClient: whether clients send it; otherwise servers do.
	FromClient bool
	// Dialects: the dialects that have it.
	Dialects []string
	// Prefix: the fixed beginning of the name; all of it, if it is no pattern.
	Prefix string
	// Suffix: the fixed end of the name.
	Suffix string
	// IsPattern: whether something stands between beginning and end.
	IsPattern bool
	// Ack: whether an ack id goes with it: never, optional or required.
	Ack string
	// New makes an empty argument list.
	New func() any
	// NewAnswer makes an empty answer; nil if nobody answers.
	NewAnswer func() any
	// Clauses: the clauses that it serves.
	Clauses []string
}

// Matches tells whether an event of this name is one of these.
func (e *Event) Matches(name string) bool {
	if !e.IsPattern {
		return name == e.Prefix
	}
	return len(name) >= len(e.Prefix)+len(e.Suffix) &&
		strings.HasPrefix(name, e.Prefix) && strings.HasSuffix(name, e.Suffix)
}

// Find gives the event of this name: a fixed name before a pattern; nil if there is none.
func Find(fromClient bool, dialect, name string) *Event {
	for i := range Catalogue {
		event := &Catalogue[i]
		if event.FromClient != fromClient || !event.Matches(name) {
			continue
		}
		for _, spoken := range event.Dialects {
			if spoken == dialect {
				return event
			}
		}
	}
	return nil
}

// Decode reads the argument list of an event, such as *AddTarget.
func Decode(fromClient bool, dialect, name string, arguments []byte) (any, error) {
	event := Find(fromClient, dialect, name)
	if event == nil {
		return nil, fmt.Errorf("%s is no event of dialect %s", name, dialect)
	}
	list := event.New()
	if err := json.Unmarshal(arguments, list); err != nil {
		return nil, err
	}
	return list, nil
}

// Catalogue has every event: what clients send, then what servers send.
var Catalogue = []Event{
	{
		Key:        "v1.P2P_EMIT",
		Type:       "P2pEmitV1",
		FromClient: true,
		Dialects:   []string{"v1"},
		Prefix:     "P2P_EMIT",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "never",
		New:        func() any { return new(P2PEmitV1) },
		NewAnswer:  nil,
		Clauses:    []string{"SRV-CORE-F5", "SRV-CORE-4", "SRV-CORE-F2", "SRV-CORE-F3", "SRV-MSG-10", "SRV-MSG-11", "SRV-MSG-12", "SRV-MSG-23", "SRV-ROB-3"},
	},
	{
		Key:        "v1.P2P_EMIT_ACKNOWLEDGE",
		Type:       "P2pEmitAcknowledge",
		FromClient: true,
		Dialects:   []string{"v1"},
		Prefix:     "P2P_EMIT_ACKNOWLEDGE",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "optional",
		New:        func() any { return new(P2PEmitAcknowledge) },
		NewAnswer:  func() any { return new(ForwardedAck) },
		Clauses:    []string{"SRV-CORE-F6", "SRV-CORE-4", "SRV-CORE-F2", "SRV-CORE-F3", "SRV-MSG-10", "SRV-MSG-11", "SRV-MSG-12", "SRV-MSG-13", "SRV-MSG-14", "SRV-MSG-15", "SRV-MSG-18", "SRV-ROB-3"},
	},
	{
		Key:        "v2.P2P_EMIT",
		Type:       "P2pEmitV2",
		FromClient: true,
		Dialects:   []string{"v2"},
		Prefix:     "P2P_EMIT",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "optional",
		New:        func() any { return new(P2PEmitV2) },
		NewAnswer:  func() any { return new(ForwardedAck) },
		Clauses:    []string{"SRV-CORE-F5", "SRV-CORE-4", "SRV-CORE-F2", "SRV-CORE-F3", "SRV-CORE-F6", "SRV-MSG-10", "SRV-MSG-11", "SRV-MSG-12", "SRV-MSG-13", "SRV-MSG-14", "SRV-MSG-15", "SRV-MSG-18", "SRV-MSG-23", "SRV-ROB-3"},
	},
	{
		Key:        "v1.MULTI_API_ADD_TARGET",
		Type:       "MultiApiAddTarget",
		FromClient: true,
		Dialects:   []string{"v1"},
		Prefix:     "MULTI_API_ADD_TARGET",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(MultiAPIAddTarget) },
		NewAnswer:  func() any { return new(AddTargetAck) },
		Clauses:    []string{"SRV-MSG-1", "SRV-MSG-2", "SRV-MSG-3", "SRV-MSG-F1", "SRV-MSG-19", "SRV-MSG-21", "SRV-MSG-24", "SRV-MSG-25"},
	},
	{
		Key:        "v2.ADD_TARGET",
		Type:       "AddTarget",
		FromClient: true,
		Dialects:   []string{"v2"},
		Prefix:     "ADD_TARGET",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(AddTarget) },
		NewAnswer:  func() any { return new(AddTargetAck) },
		Clauses:    []string{"SRV-MSG-1", "SRV-MSG-2", "SRV-MSG-3", "SRV-MSG-F1", "SRV-MSG-19", "SRV-MSG-21", "SRV-MSG-24"},
	},
	{
		Key:        "v1.MULTI_API_CREATE_STREAM",
		Type:       "MultiApiCreateStream",
		FromClient: true,
		Dialects:   []string{"v1"},
		Prefix:     "MULTI_API_CREATE_STREAM",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(MultiAPICreateStream) },
		NewAnswer:  func() any { return new(CreateStreamAck) },
		Clauses:    []string{"SRV-STR-1", "SRV-STR-3", "SRV-STR-4", "SRV-STR-10", "SRV-STR-11", "SRV-STR-13", "SRV-STR-16"},
	},
	{
		Key:        "v2.CREATE_STREAM",
		Type:       "CreateStream",
		FromClient: true,
		Dialects:   []string{"v2"},
		Prefix:     "CREATE_STREAM",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(CreateStream) },
		NewAnswer:  func() any { return new(CreateStreamAck) },
		Clauses:    []string{"SRV-STR-1", "SRV-STR-3", "SRV-STR-4", "SRV-STR-10", "SRV-STR-11", "SRV-STR-12", "SRV-STR-13", "SRV-STR-16"},
	},
	{
		Key:        "v1.JOIN_ROOM",
		Type:       "JoinRoomV1",
		FromClient: true,
		Dialects:   []string{"v1"},
		Prefix:     "JOIN_ROOM",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "optional",
		New:        func() any { return new(JoinRoomV1) },
		NewAnswer:  func() any { return new(JoinRoomV1Ack) },
		Clauses:    []string{"SRV-CORE-F7", "SRV-CORE-4", "SRV-CORE-19", "SRV-CORE-21", "SRV-SVC-5"},
	},
	{
		Key:        "v2.JOIN_ROOM",
		Type:       "JoinRoomV2",
		FromClient: true,
		Dialects:   []string{"v2"},
		Prefix:     "JOIN_ROOM",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "optional",
		New:        func() any { return new(JoinRoomV2) },
		NewAnswer:  func() any { return new(NullAck) },
		Clauses:    []string{"SRV-CORE-F7", "SRV-CORE-4", "SRV-CORE-19", "SRV-CORE-21"},
	},
	{
		Key:        "v1.LEAVE_ROOM",
		Type:       "LeaveRoomV1",
		FromClient: true,
		Dialects:   []string{"v1"},
		Prefix:     "LEAVE_ROOM",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "optional",
		New:        func() any { return new(LeaveRoomV1) },
		NewAnswer:  func() any { return new(EmptyAck) },
		Clauses:    []string{"SRV-CORE-F7", "SRV-CORE-4", "SRV-CORE-19", "SRV-CORE-21", "SRV-SVC-3"},
	},
	{
		Key:        "v2.LEAVE_ROOM",
		Type:       "LeaveRoomV2",
		FromClient: true,
		Dialects:   []string{"v2"},
		Prefix:     "LEAVE_ROOM",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "optional",
		New:        func() any { return new(LeaveRoomV2) },
		NewAnswer:  func() any { return new(NullAck) },
		Clauses:    []string{"SRV-CORE-F7", "SRV-CORE-4", "SRV-CORE-19", "SRV-CORE-21"},
	},
	{
		Key:        "any.EMIT_ROOM",
		Type:       "EmitRoom",
		FromClient: true,
		Dialects:   []string{"v1", "v2"},
		Prefix:     "EMIT_ROOM",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "never",
		New:        func() any { return new(EmitRoom) },
		NewAnswer:  nil,
		Clauses:    []string{"SRV-CORE-F8", "SRV-CORE-4", "SRV-MSG-10", "SRV-MSG-11", "SRV-ROB-3", "SRV-ROB-4"},
	},
	{
		Key:        "any.LIST_CLIENTS",
		Type:       "ListClients",
		FromClient: true,
		Dialects:   []string{"v1", "v2"},
		Prefix:     "LIST_CLIENTS",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(ListClients) },
		NewAnswer:  func() any { return new(ListClientsAck) },
		Clauses:    []string{"SRV-CORE-10", "SRV-CORE-1", "SRV-CORE-2", "SRV-CORE-11"},
	},
	{
		Key:        "v2.GET_CLIENT_CONNECTED_STATUS",
		Type:       "GetClientConnectedStatus",
		FromClient: true,
		Dialects:   []string{"v2"},
		Prefix:     "GET_CLIENT_CONNECTED_STATUS",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(GetClientConnectedStatus) },
		NewAnswer:  func() any { return new(ConnectedStatusAck) },
		Clauses:    []string{"SRV-CORE-12"},
	},
	{
		Key:        "v2.CHECK_API_NAME",
		Type:       "CheckApiName",
		FromClient: true,
		Dialects:   []string{"v2"},
		Prefix:     "CHECK_API_NAME",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(CheckAPIName) },
		NewAnswer:  func() any { return new(CheckAPINameAck) },
		Clauses:    []string{"SRV-SVC-10", "SRV-SVC-3", "SRV-ROB-4"},
	},
	{
		Key:        "v2.CREATE_API",
		Type:       "CreateApi",
		FromClient: true,
		Dialects:   []string{"v2"},
		Prefix:     "CREATE_API",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "never",
		New:        func() any { return new(CreateAPI) },
		NewAnswer:  nil,
		Clauses:    []string{"SRV-SVC-11", "SRV-SVC-1", "SRV-SVC-3", "SRV-ROB-3", "SRV-ROB-4"},
	},
	{
		Key:        "v2.USE_API",
		Type:       "UseApi",
		FromClient: true,
		Dialects:   []string{"v2"},
		Prefix:     "USE_API",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "optional",
		New:        func() any { return new(UseAPI) },
		NewAnswer:  func() any { return new(ForwardedAck) },
		Clauses:    []string{"SRV-SVC-12", "SRV-SVC-1", "SRV-SVC-2", "SRV-SVC-16", "SRV-MSG-10", "SRV-MSG-13"},
	},
	{
		Key:        "v2.DESTROY_API",
		Type:       "DestroyApi",
		FromClient: true,
		Dialects:   []string{"v2"},
		Prefix:     "DESTROY_API",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "never",
		New:        func() any { return new(DestroyAPI) },
		NewAnswer:  nil,
		Clauses:    []string{"SRV-SVC-13", "SRV-SVC-3", "SRV-SVC-16"},
	},
	{
		Key:        "any.server.SERVER_ERROR",
		Type:       "ServerError",
		FromClient: false,
		Dialects:   []string{"v1", "v2"},
		Prefix:     "SERVER_ERROR",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "never",
		New:        func() any { return new(ServerError) },
		NewAnswer:  nil,
		Clauses:    []string{"SRV-CORE-F3", "SRV-ROB-1"},
	},
	{
		Key:        "v2.server.SERVER_PING",
		Type:       "ServerPing",
		FromClient: false,
		Dialects:   []string{"v2"},
		Prefix:     "SERVER_PING",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(ServerPing) },
		NewAnswer:  func() any { return new(PongAck) },
		Clauses:    []string{"SRV-CORE-14", "CLI-CORE-2"},
	},
	{
		Key:        "v1.server.MULTI_API_ADD_TARGET",
		Type:       "TargetAddedV1",
		FromClient: false,
		Dialects:   []string{"v1"},
		Prefix:     "MULTI_API_ADD_TARGET",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(TargetAddedV1) },
		NewAnswer:  func() any { return new(AddTargetAck) },
		Clauses:    []string{"SRV-MSG-F1", "CLI-MSG-F1", "CLI-MSG-10"},
	},
	{
		Key:        "v2.server.ADD_TARGET",
		Type:       "TargetAdded",
		FromClient: false,
		Dialects:   []string{"v2"},
		Prefix:     "ADD_TARGET",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(TargetAdded) },
		NewAnswer:  func() any { return new(AddTargetAck) },
		Clauses:    []string{"SRV-MSG-F1", "CLI-MSG-F1", "CLI-MSG-10"},
	},
	{
		Key:        "v1.server.MULTI_API_TARGET_DISCONNECT",
		Type:       "TargetDisconnectedV1",
		FromClient: false,
		Dialects:   []string{"v1"},
		Prefix:     "MULTI_API_TARGET_DISCONNECT",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "never",
		New:        func() any { return new(TargetDisconnectedV1) },
		NewAnswer:  nil,
		Clauses:    []string{"SRV-MSG-2", "SRV-MSG-F1", "SRV-MSG-20", "SRV-MSG-22", "CLI-MSG-1"},
	},
	{
		Key:        "v2.server.TARGET_DISCONNECT",
		Type:       "TargetDisconnected",
		FromClient: false,
		Dialects:   []string{"v2"},
		Prefix:     "TARGET_DISCONNECT",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "never",
		New:        func() any { return new(TargetDisconnected) },
		NewAnswer:  nil,
		Clauses:    []string{"SRV-MSG-2", "SRV-MSG-F1", "SRV-MSG-20", "SRV-MSG-22", "CLI-MSG-1"},
	},
	{
		Key:        "v1.server.MULTI_API_CREATE_STREAM",
		Type:       "StreamOfferedV1",
		FromClient: false,
		Dialects:   []string{"v1"},
		Prefix:     "MULTI_API_CREATE_STREAM",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(StreamOfferedV1) },
		NewAnswer:  func() any { return new(CreateStreamAck) },
		Clauses:    []string{"SRV-STR-4", "SRV-STR-10", "SRV-STR-11", "CLI-STR-F2"},
	},
	{
		Key:        "v2.server.CREATE_STREAM",
		Type:       "StreamOffered",
		FromClient: false,
		Dialects:   []string{"v2"},
		Prefix:     "CREATE_STREAM",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "required",
		New:        func() any { return new(StreamOffered) },
		NewAnswer:  func() any { return new(CreateStreamAck) },
		Clauses:    []string{"SRV-STR-4", "SRV-STR-10", "SRV-STR-11", "SRV-STR-15", "CLI-STR-F2"},
	},
	{
		Key:        "v2.server.CREATE_STREAM-CHANNEL-<channel>",
		Type:       "StreamOfferedOnChannel",
		FromClient: false,
		Dialects:   []string{"v2"},
		Prefix:     "CREATE_STREAM-CHANNEL-",
		Suffix:     "",
		IsPattern:  true,
		Ack:        "required",
		New:        func() any { return new(StreamOfferedOnChannel) },
		NewAnswer:  func() any { return new(CreateStreamAck) },
		Clauses:    []string{"SRV-STR-12", "SRV-STR-4", "SRV-STR-10", "SRV-STR-11", "CLI-STR-F2"},
	},
	{
		Key:        "v1.server.P2P_EMIT_STREAM-from-stream-<stream>",
		Type:       "StreamDataV1",
		FromClient: false,
		Dialects:   []string{"v1"},
		Prefix:     "P2P_EMIT_STREAM-from-stream-",
		Suffix:     "",
		IsPattern:  true,
		Ack:        "optional",
		New:        func() any { return new(StreamDataV1) },
		NewAnswer:  func() any { return new(StreamDataAck) },
		Clauses:    []string{"SRV-STR-F1", "CLI-STR-3", "CLI-STR-10"},
	},
	{
		Key:        "v2.server.P2P_EMIT_STREAM-from-stream-<stream>",
		Type:       "StreamDataV2",
		FromClient: false,
		Dialects:   []string{"v2"},
		Prefix:     "P2P_EMIT_STREAM-from-stream-",
		Suffix:     "",
		IsPattern:  true,
		Ack:        "optional",
		New:        func() any { return new(StreamDataV2) },
		NewAnswer:  func() any { return new(StreamDataAck) },
		Clauses:    []string{"SRV-STR-F1", "CLI-STR-3", "CLI-STR-10", "CLI-STR-11", "SRV-STR-15"},
	},
	{
		Key:        "v1.server.PEER_STREAM_DESTROYED",
		Type:       "PeerStreamDestroyedV1",
		FromClient: false,
		Dialects:   []string{"v1"},
		Prefix:     "PEER_STREAM_DESTROYED",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "never",
		New:        func() any { return new(PeerStreamDestroyedV1) },
		NewAnswer:  nil,
		Clauses:    []string{"CLI-STR-4", "CLI-STR-12", "SRV-STR-2"},
	},
	{
		Key:        "v2.server.PEER_STREAM_DESTROYED",
		Type:       "PeerStreamDestroyedV2",
		FromClient: false,
		Dialects:   []string{"v2"},
		Prefix:     "PEER_STREAM_DESTROYED",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "never",
		New:        func() any { return new(PeerStreamDestroyedV2) },
		NewAnswer:  nil,
		Clauses:    []string{"CLI-STR-4", "CLI-STR-12", "SRV-STR-2"},
	},
	{
		Key:        "v1.server.SUBSCRIBE_TOPIC",
		Type:       "SubscribeTopic",
		FromClient: false,
		Dialects:   []string{"v1"},
		Prefix:     "SUBSCRIBE_TOPIC",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "optional",
		New:        func() any { return new(SubscribeTopic) },
		NewAnswer:  func() any { return new(SubscribeTopicAck) },
		Clauses:    []string{"SRV-SVC-F5", "SRV-SVC-4", "CLI-SVC-F1", "CLI-SVC-F2"},
	},
	{
		Key:        "v1.server.UNSUBSCRIBE_TOPIC",
		Type:       "UnsubscribeTopic",
		FromClient: false,
		Dialects:   []string{"v1"},
		Prefix:     "UNSUBSCRIBE_TOPIC",
		Suffix:     "",
		IsPattern:  false,
		Ack:        "never",
		New:        func() any { return new(UnsubscribeTopic) },
		NewAnswer:  nil,
		Clauses:    []string{"SRV-SVC-F5", "SRV-SVC-4", "CLI-SVC-F1", "CLI-SVC-F2"},
	},
	{
		Key:        "v1.server.<room>-DEFAULT_TOPIC_EVENT",
		Type:       "TopicPublication",
		FromClient: false,
		Dialects:   []string{"v1"},
		Prefix:     "",
		Suffix:     "-DEFAULT_TOPIC_EVENT",
		IsPattern:  true,
		Ack:        "never",
		New:        func() any { return new(TopicPublication) },
		NewAnswer:  nil,
		Clauses:    []string{"SRV-SVC-5", "SRV-SVC-4", "CLI-SVC-F2"},
	},
	{
		Key:        "v1.server.<room>-TOPIC_BEING_DESTROYED",
		Type:       "TopicBeingDestroyed",
		FromClient: false,
		Dialects:   []string{"v1"},
		Prefix:     "",
		Suffix:     "-TOPIC_BEING_DESTROYED",
		IsPattern:  true,
		Ack:        "never",
		New:        func() any { return new(TopicBeingDestroyed) },
		NewAnswer:  nil,
		Clauses:    []string{"SRV-SVC-3", "SRV-SVC-5"},
	},
	{
		Key:        "any.server.<event>",
		Type:       "Forwarded",
		FromClient: false,
		Dialects:   []string{"v1", "v2"},
		Prefix:     "",
		Suffix:     "",
		IsPattern:  true,
		Ack:        "optional",
		New:        func() any { return new(Forwarded) },
		NewAnswer:  func() any { return new(ForwardedAck) },
		Clauses:    []string{"SRV-MSG-10", "SRV-MSG-11", "SRV-MSG-12", "SRV-MSG-15", "CLI-MSG-2", "SRV-MSG-26", "SRV-MSG-27"},
	},
}
