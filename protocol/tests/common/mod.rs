//! Strategies that make typed values of every declaration.

use proptest::prelude::*;
use sio_p2p_protocol::{
    AddTarget, ApiName, Arguments, Channel, CheckApiName, ClientEvent, ClientId, CreateApi,
    CreateStream, DestroyApi, EmitRoom, EventName, Forwarded, GetClientConnectedStatus, JoinRoomV1,
    JoinRoomV2, JoinsRoom, LeaveRoomV1, LeaveRoomV2, LeavesRoom, ListClients, MultiApiAddTarget,
    MultiApiCreateStream, NamePattern, P2pEmitAcknowledge, P2pEmitV1, P2pEmitV2, Payload,
    PeerStreamDestroyedV1, PeerStreamDestroyedV2, RoomName, Rooms, ServerError, ServerEvent,
    ServerPing, StreamDataV1, StreamDataV2, StreamId, StreamInfo, StreamOffered,
    StreamOfferedOnChannel, StreamOfferedV1, SubscribeTopic, TargetAdded, TargetAddedV1,
    TargetDisconnected, TargetDisconnectedV1, TopicBeingDestroyed, TopicName, TopicPublication,
    UnsubscribeTopic, UseApi,
};

/// JSON text of any kind, delicate numbers and odd white space included.
pub(crate) fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just(r#""\ud800\u0041\/""#.to_owned()),
        (0..4_u8).prop_map(|num| format!(r#"{{"_placeholder":true,"num":{num}}}"#)),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let key = prop_oneof![".{0,3}", Just("__proto__".to_owned()), Just("a".to_owned())];
        let member = (key, "[ \t]{0,1}", inner.clone()).prop_map(|(key, space, value)| {
            format!("{}:{space}{value}", serde_json::to_string(&key).unwrap())
        });
        prop_oneof![
            (prop::collection::vec(inner, 0..4), "[ \n]{0,1}")
                .prop_map(|(list, space)| format!("[{space}{}]", list.join(","))),
            prop::collection::vec(member, 0..4).prop_map(|list| format!("{{{}}}", list.join(" ,"))),
        ]
    })
}

pub(crate) fn payload() -> impl Strategy<Value = Payload> {
    json().prop_map(|text| Payload::parse(text).unwrap())
}

pub(crate) fn arguments() -> impl Strategy<Value = Arguments> {
    prop::collection::vec(payload(), 0..4).prop_map(|list| Arguments::from_payloads(&list))
}

/// Any text, with those that look like something else made likely.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<String>(),
        1 => prop::sample::select(vec![
            "", "0", "null", "__proto__", "constructor", "P2P_EMIT", "a\"b\\c", "\u{0}\u{2028}",
        ])
        .prop_map(str::to_owned),
    ]
}

macro_rules! name {
    ($function:ident, $type:ident) => {
        pub(crate) fn $function() -> impl Strategy<Value = $type> {
            text().prop_filter_map("not a name", |text| $type::new(text).ok())
        }
    };
}

name!(client, ClientId);
name!(event, EventName);
name!(room, RoomName);
name!(stream, StreamId);
name!(api, ApiName);
name!(topic, TopicName);
name!(channel, Channel);

fn rooms() -> impl Strategy<Value = Rooms> {
    prop_oneof![
        room().prop_map(Rooms::One),
        prop::collection::vec(room(), 0..3).prop_map(Rooms::Many),
    ]
}

/// A stream as the opener of dialect `v1` describes it.
fn info_v1() -> impl Strategy<Value = StreamInfo> {
    (stream(), stream(), client())
        .prop_map(|(source, target, id)| StreamInfo::new(source, target, id))
}

fn info_v2() -> impl Strategy<Value = StreamInfo> {
    (
        info_v1(),
        prop::option::of(channel()),
        prop::option::of(arguments()),
    )
        .prop_map(|(mut info, channel, args)| {
            if let Some(channel) = channel {
                info = info.with_channel(channel);
            }
            if let Some(args) = args {
                info = info.with_arguments(&args);
            }
            info
        })
}

fn sent(info: impl Strategy<Value = StreamInfo>) -> impl Strategy<Value = StreamInfo> {
    (info, client()).prop_map(|(mut info, source)| {
        info.set_source(source);
        info
    })
}

/// A strategy for one declaration, by its key.
pub(crate) type Keyed<T> = (&'static str, BoxedStrategy<T>);

macro_rules! keyed {
    ($enum:ident: $($key:literal => $strategy:expr;)+) => {
        vec![$(($key, $strategy.prop_map($enum::from).boxed()),)+]
    };
}

/// One strategy for each event that clients send.
pub(crate) fn client_events() -> Vec<Keyed<ClientEvent>> {
    let message = || (client(), event(), arguments());
    keyed! { ClientEvent:
        "v1.P2P_EMIT" => message().prop_map(|(target, event, args)| P2pEmitV1 { target, event, args });
        "v1.P2P_EMIT_ACKNOWLEDGE" => (message(), any::<bool>())
            .prop_map(|((target, event, args), ack)| P2pEmitAcknowledge { target, event, args, ack });
        "v2.P2P_EMIT" => (message(), any::<bool>())
            .prop_map(|((target, event, args), ack)| P2pEmitV2 { target, event, args, ack });
        "v1.MULTI_API_ADD_TARGET" => client().prop_map(|target| MultiApiAddTarget { target });
        "v2.ADD_TARGET" => client().prop_map(|target| AddTarget { target });
        "v1.MULTI_API_CREATE_STREAM" => info_v1().prop_map(|info| MultiApiCreateStream { info });
        "v2.CREATE_STREAM" => info_v2().prop_map(|info| CreateStream { info });
        "v1.JOIN_ROOM" => (joins(), rooms(), any::<bool>())
            .prop_map(|(who, rooms, ack)| JoinRoomV1 { who, rooms, ack });
        "v2.JOIN_ROOM" => (rooms(), any::<bool>()).prop_map(|(rooms, ack)| JoinRoomV2 { rooms, ack });
        "v1.LEAVE_ROOM" => (leaves(), rooms(), any::<bool>())
            .prop_map(|(who, rooms, ack)| LeaveRoomV1 { who, rooms, ack });
        "v2.LEAVE_ROOM" => (rooms(), any::<bool>()).prop_map(|(rooms, ack)| LeaveRoomV2 { rooms, ack });
        "any.EMIT_ROOM" => (room(), event(), arguments())
            .prop_map(|(room, event, args)| EmitRoom { room, event, args });
        "any.LIST_CLIENTS" => Just(ListClients);
        "v2.GET_CLIENT_CONNECTED_STATUS" => prop::option::of(client())
            .prop_map(|client| GetClientConnectedStatus { client });
        "v2.CHECK_API_NAME" => api().prop_map(|api| CheckApiName { api });
        "v2.CREATE_API" => api().prop_map(|api| CreateApi { api });
        "v2.USE_API" => (api(), arguments(), any::<bool>())
            .prop_map(|(api, args, ack)| UseApi { api, args, ack });
        "v2.DESTROY_API" => prop_oneof![api().prop_map(DestroyApi::One), Just(DestroyApi::All)];
    }
}

fn joins() -> impl Strategy<Value = JoinsRoom> {
    prop_oneof![
        payload().prop_map(|action| JoinsRoom::Sender { action }),
        client().prop_map(JoinsRoom::Client),
    ]
}

fn leaves() -> impl Strategy<Value = LeavesRoom> {
    prop_oneof![
        payload().prop_map(|action| LeavesRoom::Sender { action }),
        client().prop_map(LeavesRoom::Client),
        Just(LeavesRoom::Everybody),
    ]
}

/// One strategy for each event that servers send.
pub(crate) fn server_events() -> Vec<Keyed<ServerEvent>> {
    let maybe = || prop::option::of(client());
    keyed! { ServerEvent:
        "any.server.SERVER_ERROR" => any::<String>().prop_map(|text| ServerError { text });
        "v2.server.SERVER_PING" => Just(ServerPing);
        "v1.server.MULTI_API_ADD_TARGET" => maybe().prop_map(|source| TargetAddedV1 { source });
        "v2.server.ADD_TARGET" => client().prop_map(|source| TargetAdded { source });
        "v1.server.MULTI_API_TARGET_DISCONNECT" => maybe()
            .prop_map(|client| TargetDisconnectedV1 { client });
        "v2.server.TARGET_DISCONNECT" => client().prop_map(|client| TargetDisconnected { client });
        "v1.server.MULTI_API_CREATE_STREAM" => sent(info_v1()).prop_map(|info| StreamOfferedV1 { info });
        "v2.server.CREATE_STREAM" => sent(info_v2()).prop_map(|info| StreamOffered { info });
        "v2.server.CREATE_STREAM-CHANNEL-<channel>" => (channel(), sent(info_v2()))
            .prop_map(|(channel, info)| StreamOfferedOnChannel { channel, info });
        "v1.server.P2P_EMIT_STREAM-from-stream-<stream>" =>
            (stream(), client(), payload(), any::<bool>())
                .prop_map(|(stream, source, chunk, ack)| StreamDataV1 { stream, source, chunk, ack });
        "v2.server.P2P_EMIT_STREAM-from-stream-<stream>" => (stream(), payload(), any::<bool>())
            .prop_map(|(stream, chunk, ack)| StreamDataV2 { stream, chunk, ack });
        "v1.server.PEER_STREAM_DESTROYED" => (client(), stream())
            .prop_map(|(client, stream)| PeerStreamDestroyedV1 { client, stream });
        "v2.server.PEER_STREAM_DESTROYED" => stream()
            .prop_map(|stream| PeerStreamDestroyedV2 { stream });
        "v1.server.SUBSCRIBE_TOPIC" =>
            (client(), client(), prop::option::of(topic()), any::<bool>())
                .prop_map(|(source, client, topic, ack)| SubscribeTopic { source, client, topic, ack });
        "v1.server.UNSUBSCRIBE_TOPIC" => (client(), client(), prop::option::of(topic()))
            .prop_map(|(source, client, topic)| UnsubscribeTopic { source, client, topic });
        "v1.server.<room>-DEFAULT_TOPIC_EVENT" => (room(), arguments())
            .prop_map(|(room, args)| TopicPublication { room, args });
        "v1.server.<room>-TOPIC_BEING_DESTROYED" => room()
            .prop_map(|room| TopicBeingDestroyed { room });
        // A forwarded event with a protocol name is indistinguishable from the real one.
        "any.server.<event>" => (event(), arguments(), any::<bool>())
            .prop_filter("a protocol name", |(event, ..)| !is_protocol_name(event.as_str()))
            .prop_map(|(event, args, ack)| Forwarded { event, args, ack });
    }
}

fn is_protocol_name(name: &str) -> bool {
    let mut patterns = ServerEvent::SPECS.iter().map(|spec| spec.name);
    patterns.any(|pattern| !matches!(pattern, NamePattern::Any { .. }) && pattern.matches(name))
}
