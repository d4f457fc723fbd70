//! From verbs to packets: the catalogue picks event name and shape by dialect.

use bytes::Bytes;
use sio_p2p_protocol::{
    AddTarget, ApiName, Arguments, Channel, CheckApiName, ClientEvent, ClientId, CreateApi,
    CreateStream, DestroyApi, Dialect, EmitRoom, EventName, GetClientConnectedStatus, JoinRoomV1,
    JoinRoomV2, JoinsRoom, LeaveRoomV1, LeaveRoomV2, LeavesRoom, ListClients, MultiApiAddTarget,
    MultiApiCreateStream, P2pEmitAcknowledge, P2pEmitV1, P2pEmitV2, Payload, RoomName, Rooms,
    ServerEvent, StreamId, StreamInfo, StreamOffered, StreamOfferedOnChannel, StreamOfferedV1,
    TargetAdded, TargetAddedV1, TargetDisconnected, TargetDisconnectedV1, UseApi,
};
use sio_p2p_transport::Data;

use crate::json::quote;
use crate::player::play::bindings::Rendered;

/// An event packet to send, but for its ack number.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    /// Name, arguments and attachments.
    pub(crate) data: Data,
    /// Whether it asks for an ack.
    pub(crate) asks: bool,
}

impl Outgoing {
    fn of(event: impl Into<ClientEvent>, attachments: Vec<Bytes>) -> Self {
        let event = event.into();
        Self {
            asks: event.wants_ack(),
            data: Data::with_attachments(event.encode(), attachments),
        }
    }
}

/// Why a verb cannot be written in a dialect. A mistake of the scenario, not of the server.
fn unfit(error: impl std::fmt::Display) -> String {
    format!("the step cannot be written as a packet: {error}; send_packet can")
}

/// A message to another client; `source` is the sender's id, which `v1` puts first.
pub(crate) fn message(
    dialect: Dialect,
    source: Option<&str>,
    target: &str,
    event: &str,
    args: Rendered,
    ack: bool,
) -> Result<Outgoing, String> {
    let target = ClientId::new(target).map_err(unfit)?;
    let event = EventName::new(event).map_err(unfit)?;
    let json = match dialect {
        Dialect::V1 => with_source(source, &args.json),
        Dialect::V2 => args.json,
    };
    let arguments = Arguments::parse(json).map_err(unfit)?;
    let attachments = args.attachments;
    Ok(match (dialect, ack) {
        (Dialect::V1, false) => Outgoing::of(
            P2pEmitV1 {
                target,
                event,
                args: arguments,
            },
            attachments,
        ),
        (Dialect::V1, true) => Outgoing::of(
            P2pEmitAcknowledge {
                target,
                event,
                args: arguments,
                ack,
            },
            attachments,
        ),
        (Dialect::V2, _) => Outgoing::of(
            P2pEmitV2 {
                target,
                event,
                args: arguments,
                ack,
            },
            attachments,
        ),
    })
}

/// Arguments as a `v1` client writes them: its own id first, `null` if it has none.
fn with_source(source: Option<&str>, args: &str) -> String {
    let source = source.map_or_else(|| "null".to_owned(), quote);
    match args {
        "[]" => format!("[{source}]"),
        args => format!("[{source},{}", &args[1..]),
    }
}

/// The request to add a target.
pub(crate) fn add_target(dialect: Dialect, target: &str) -> Result<Outgoing, String> {
    let target = ClientId::new(target).map_err(unfit)?;
    Ok(match dialect {
        Dialect::V1 => Outgoing::of(MultiApiAddTarget { target }, Vec::new()),
        Dialect::V2 => Outgoing::of(AddTarget { target }, Vec::new()),
    })
}

/// Joining a room. The `v1` form has an action that means nothing.
pub(crate) fn join_room(dialect: Dialect, room: &str, ack: bool) -> Result<Outgoing, String> {
    let rooms = Rooms::One(RoomName::new(room).map_err(unfit)?);
    Ok(match dialect {
        Dialect::V1 => {
            let who = JoinsRoom::Sender {
                action: Payload::string("join"),
            };
            Outgoing::of(JoinRoomV1 { who, rooms, ack }, Vec::new())
        }
        Dialect::V2 => Outgoing::of(JoinRoomV2 { rooms, ack }, Vec::new()),
    })
}

/// Leaving a room.
pub(crate) fn leave_room(dialect: Dialect, room: &str, ack: bool) -> Result<Outgoing, String> {
    let rooms = Rooms::One(RoomName::new(room).map_err(unfit)?);
    Ok(match dialect {
        Dialect::V1 => {
            let who = LeavesRoom::Sender {
                action: Payload::string("leave"),
            };
            Outgoing::of(LeaveRoomV1 { who, rooms, ack }, Vec::new())
        }
        Dialect::V2 => Outgoing::of(LeaveRoomV2 { rooms, ack }, Vec::new()),
    })
}

/// An event to a room.
pub(crate) fn emit_room(room: &str, event: &str, args: Rendered) -> Result<Outgoing, String> {
    let event = EmitRoom {
        room: RoomName::new(room).map_err(unfit)?,
        event: EventName::new(event).map_err(unfit)?,
        args: Arguments::parse(args.json).map_err(unfit)?,
    };
    Ok(Outgoing::of(event, args.attachments))
}

/// The question for the list of clients.
pub(crate) fn list_clients() -> Outgoing {
    Outgoing::of(ListClients, Vec::new())
}

/// The question whether a client is connected.
pub(crate) fn connection_status(client: &str) -> Result<Outgoing, String> {
    let client = Some(ClientId::new(client).map_err(unfit)?);
    Ok(Outgoing::of(
        GetClientConnectedStatus { client },
        Vec::new(),
    ))
}

/// The description of a stream, without the members that only some streams have.
pub(crate) fn stream(
    source: &str,
    target: &str,
    client: &str,
    channel: Option<String>,
) -> Result<StreamInfo, String> {
    let info = StreamInfo::new(
        StreamId::new(source).map_err(unfit)?,
        StreamId::new(target).map_err(unfit)?,
        ClientId::new(client).map_err(unfit)?,
    );
    Ok(match channel {
        Some(channel) => info.with_channel(Channel::new(channel).map_err(unfit)?),
        None => info,
    })
}

/// The request for a stream; `members` holds an object of further members, or nothing.
pub(crate) fn open_stream(dialect: Dialect, info: StreamInfo, members: Rendered) -> Outgoing {
    let mut outgoing = match dialect {
        Dialect::V1 => Outgoing::of(MultiApiCreateStream { info }, members.attachments),
        Dialect::V2 => Outgoing::of(CreateStream { info }, members.attachments),
    };
    // Both are texts of our own making: `["NAME",{…}]` and `[{…}]`.
    let more = members.json.strip_prefix("[{");
    let more = more.and_then(|more| more.strip_suffix("}]"));
    if let (Some(json), Some(more)) = (outgoing.data.json.strip_suffix("}]"), more)
        && !more.is_empty()
    {
        outgoing.data.json = format!("{json},{more}}}]");
    }
    outgoing
}

/// What a client sees when it is asked for a stream: JSON of the whole event, but for what
/// the server adds.
pub(crate) fn stream_offered(dialect: Dialect, info: StreamInfo) -> String {
    let event: ServerEvent = match (dialect, info.channel().cloned()) {
        (Dialect::V1, _) => StreamOfferedV1 { info }.into(),
        (Dialect::V2, None) => StreamOffered { info }.into(),
        (Dialect::V2, Some(channel)) => StreamOfferedOnChannel { channel, info }.into(),
    };
    event.encode()
}

fn api(name: &str) -> Result<ApiName, String> {
    ApiName::new(name).map_err(unfit)
}

/// The question whether an API exists.
pub(crate) fn check_api(name: &str) -> Result<Outgoing, String> {
    let api = api(name)?;
    Ok(Outgoing::of(CheckApiName { api }, Vec::new()))
}

/// Providing an API.
pub(crate) fn create_api(name: &str) -> Result<Outgoing, String> {
    let api = api(name)?;
    Ok(Outgoing::of(CreateApi { api }, Vec::new()))
}

/// Providing one API, or all, no longer.
pub(crate) fn destroy_api(name: Option<&str>) -> Result<Outgoing, String> {
    let event = match name {
        Some(name) => DestroyApi::One(api(name)?),
        None => DestroyApi::All,
    };
    Ok(Outgoing::of(event, Vec::new()))
}

/// A call of an API.
pub(crate) fn use_api(name: &str, args: Rendered, ack: bool) -> Result<Outgoing, String> {
    let event = UseApi {
        api: api(name)?,
        args: Arguments::parse(args.json).map_err(unfit)?,
        ack,
    };
    Ok(Outgoing::of(event, args.attachments))
}

/// An event packet exactly as given.
pub(crate) fn raw_packet(event: &str, args: Rendered, asks: bool) -> Outgoing {
    let name = quote(event);
    let json = match args.json.as_str() {
        "[]" => format!("[{name}]"),
        args => format!("[{name},{}", &args[1..]),
    };
    Outgoing {
        data: Data::with_attachments(json, args.attachments),
        asks,
    }
}

/// What a client sees when another has added it: JSON of the whole event.
pub(crate) fn target_added(dialect: Dialect, source: Option<&str>) -> Result<String, String> {
    let source = source.map(ClientId::new).transpose().map_err(unfit)?;
    Ok(match (dialect, source) {
        (Dialect::V1, source) => ServerEvent::from(TargetAddedV1 { source }).encode(),
        (Dialect::V2, Some(source)) => ServerEvent::from(TargetAdded { source }).encode(),
        (Dialect::V2, None) => return Err(unfit("an anonymous source in v2")),
    })
}

/// What a client sees when a linked one has left: JSON of the whole event.
pub(crate) fn target_left(dialect: Dialect, client: Option<&str>) -> Result<String, String> {
    let client = client.map(ClientId::new).transpose().map_err(unfit)?;
    Ok(match (dialect, client) {
        (Dialect::V1, client) => ServerEvent::from(TargetDisconnectedV1 { client }).encode(),
        (Dialect::V2, Some(client)) => ServerEvent::from(TargetDisconnected { client }).encode(),
        (Dialect::V2, None) => return Err(unfit("an anonymous client in v2")),
    })
}
