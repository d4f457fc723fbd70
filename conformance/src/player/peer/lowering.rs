//! From verbs to packets: the catalogue picks event name and shape by dialect.

use sio_p2p_protocol::{
    AddTarget, Arguments, ClientId, CreateApi, CreateStream, DestroyApi, Dialect, EmitRoom,
    EventName, InvalidName, JoinRoomV1, JoinRoomV2, JoinsRoom, LeaveRoomV1, LeaveRoomV2,
    LeavesRoom, ListClients, MultiApiAddTarget, MultiApiCreateStream, P2pEmitAcknowledge,
    P2pEmitV1, P2pEmitV2, Payload, Rooms, ServerEvent, StreamInfo, StreamOffered,
    StreamOfferedOnChannel, StreamOfferedV1, TargetAdded, TargetAddedV1, TargetDisconnected,
    TargetDisconnectedV1, UseApi,
};
use sio_p2p_transport::Data;

use crate::json::quote;
use crate::player::peer::outgoing::Outgoing;
use crate::player::play::Play;
use crate::player::play::bindings::Rendered;
use crate::player::play::stop::Stop;
use crate::scenario::step::Action;
use crate::scenario::text::Text;

/// Who sends a packet, under which name its ack is asked for, and the packet.
type Lowered<'a> = (&'a str, Option<&'a Text>, Outgoing);

/// The packet that an action is; nothing if it is none.
pub(super) fn lower<'a>(play: &mut Play, action: &'a Action) -> Result<Option<Lowered<'a>>, Stop> {
    Ok(Some(match action {
        Action::Emit(body) => {
            let args = play.bindings.arguments(&body.args)?;
            let outgoing = message_of(play, (&body.from, &body.to), &body.event, args, false)?;
            (&body.from, None, outgoing)
        }
        Action::Request(body) => {
            let args = play.bindings.arguments(&body.args)?;
            let outgoing = message_of(play, (&body.from, &body.to), &body.event, args, true)?;
            (&body.from, Some(&body.r#as), outgoing)
        }
        Action::AddTarget(body) => {
            let target = ClientId::new(play.id(&body.to)?).map_err(unfit)?;
            let outgoing = match play.peers.get(&body.from)?.dialect {
                Dialect::V1 => Outgoing::of(MultiApiAddTarget { target }),
                Dialect::V2 => Outgoing::of(AddTarget { target }),
            };
            (&body.from, Some(&body.r#as), outgoing)
        }
        Action::OpenStream(body) => {
            let ids = (&body.source_stream, &body.target_stream);
            let info = stream(play, ids, &body.to, body.channel.as_ref())?;
            let members: Vec<_> = body.members.iter().cloned().collect();
            let members = play.bindings.arguments(&members)?;
            let outgoing = match play.peers.get(&body.from)?.dialect {
                Dialect::V1 => Outgoing::with(MultiApiCreateStream { info }, members.attachments),
                Dialect::V2 => Outgoing::with(CreateStream { info }, members.attachments),
            };
            (
                &body.from,
                Some(&body.r#as),
                with_members(outgoing, &members.json),
            )
        }
        Action::CreateApi(body) => {
            let api = name(play, &body.api)?;
            (&body.from, None, Outgoing::of(CreateApi { api }))
        }
        Action::DestroyApi(body) => {
            let event = match &body.api {
                Some(api) => DestroyApi::One(name(play, api)?),
                None => DestroyApi::All,
            };
            (&body.from, None, Outgoing::of(event))
        }
        Action::UseApi(body) => {
            let args = play.bindings.arguments(&body.args)?;
            let event = UseApi {
                api: name(play, &body.api)?,
                args: Arguments::parse(args.json).map_err(unfit)?,
                ack: body.r#as.is_some(),
            };
            let outgoing = Outgoing::with(event, args.attachments);
            (&body.from, body.r#as.as_ref(), outgoing)
        }
        Action::JoinRoom(body) => {
            let rooms = Rooms::One(name(play, &body.room)?);
            let ack = body.r#as.is_some();
            // The action of `v1` means nothing.
            let action = Payload::string("join");
            let who = JoinsRoom::Sender { action };
            let outgoing = match play.peers.get(&body.from)?.dialect {
                Dialect::V1 => Outgoing::of(JoinRoomV1 { who, rooms, ack }),
                Dialect::V2 => Outgoing::of(JoinRoomV2 { rooms, ack }),
            };
            (&body.from, body.r#as.as_ref(), outgoing)
        }
        Action::LeaveRoom(body) => {
            let rooms = Rooms::One(name(play, &body.room)?);
            let ack = body.r#as.is_some();
            let action = Payload::string("leave");
            let who = LeavesRoom::Sender { action };
            let outgoing = match play.peers.get(&body.from)?.dialect {
                Dialect::V1 => Outgoing::of(LeaveRoomV1 { who, rooms, ack }),
                Dialect::V2 => Outgoing::of(LeaveRoomV2 { rooms, ack }),
            };
            (&body.from, body.r#as.as_ref(), outgoing)
        }
        Action::EmitRoom(body) => {
            let args = play.bindings.arguments(&body.args)?;
            let event = EmitRoom {
                room: name(play, &body.room)?,
                event: name(play, &body.event)?,
                args: Arguments::parse(args.json).map_err(unfit)?,
            };
            (&body.from, None, Outgoing::with(event, args.attachments))
        }
        Action::SendPacket(body) => {
            let args = play.bindings.arguments(&body.args)?;
            let outgoing = raw_packet(&play.fill(&body.event)?, args, body.r#as.is_some());
            (&body.from, body.r#as.as_ref(), outgoing)
        }
        _ => return Ok(None),
    }))
}

/// Why a verb cannot be written in a dialect. A mistake of the scenario, not of the server.
pub(super) fn unfit(error: impl std::fmt::Display) -> String {
    format!("the step cannot be written as a packet: {error}; send_packet can")
}

/// A text of the scenario as a name of the protocol.
pub(super) fn name<N>(play: &Play, text: &Text) -> Result<N, Stop>
where
    N: for<'a> TryFrom<&'a str, Error = InvalidName>,
{
    Ok(N::try_from(&play.fill(text)?).map_err(unfit)?)
}

fn message_of(
    play: &mut Play,
    (from, to): (&str, &str),
    event: &Text,
    args: Rendered,
    ack: bool,
) -> Result<Outgoing, Stop> {
    let (event, target) = (play.fill(event)?, play.id(to)?);
    let dialect = play.peers.get(from)?.dialect;
    let source = play.bindings.id(from);
    Ok(message(dialect, source, &target, &event, args, ack)?)
}

/// A message to another client; `source` is the sender's id, which `v1` puts first, `null` if
/// it has none.
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
        Dialect::V1 => prepend(&source.map_or_else(|| "null".to_owned(), quote), &args.json),
        Dialect::V2 => args.json,
    };
    let attachments = args.attachments;
    let args = Arguments::parse(json).map_err(unfit)?;
    Ok(match (dialect, ack) {
        (Dialect::V1, false) => {
            let event = P2pEmitV1 {
                target,
                event,
                args,
            };
            Outgoing::with(event, attachments)
        }
        (Dialect::V1, true) => {
            let event = P2pEmitAcknowledge {
                target,
                event,
                args,
                ack,
            };
            Outgoing::with(event, attachments)
        }
        (Dialect::V2, _) => {
            let event = P2pEmitV2 {
                target,
                event,
                args,
                ack,
            };
            Outgoing::with(event, attachments)
        }
    })
}

/// An event packet exactly as given.
pub(crate) fn raw_packet(event: &str, args: Rendered, asks: bool) -> Outgoing {
    let json = prepend(&quote(event), &args.json);
    let data = Data::with_attachments(json, args.attachments);
    Outgoing { data, asks }
}

/// A JSON array with one more element in front.
fn prepend(element: &str, array: &str) -> String {
    match array {
        "[]" => format!("[{element}]"),
        array => format!("[{element},{}", &array[1..]),
    }
}

/// The question for the list of clients.
pub(crate) fn list_clients() -> Outgoing {
    Outgoing::of(ListClients)
}

/// The description of a stream, without the members that only some streams have.
pub(super) fn stream(
    play: &Play,
    (source, target): (&Text, &Text),
    client: &str,
    channel: Option<&Text>,
) -> Result<StreamInfo, Stop> {
    let client = ClientId::new(play.id(client)?).map_err(unfit)?;
    let info = StreamInfo::new(name(play, source)?, name(play, target)?, client);
    Ok(match channel {
        Some(channel) => info.with_channel(name(play, channel)?),
        None => info,
    })
}

/// A request for a stream with further members; `[]` if there are none.
fn with_members(mut outgoing: Outgoing, members: &str) -> Outgoing {
    // Both are texts of our own making: `["NAME",{…}]` and `[{…}]`.
    let more = members.strip_prefix("[{");
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
pub(super) fn stream_offered(dialect: Dialect, info: StreamInfo) -> String {
    let event: ServerEvent = match (dialect, info.channel().cloned()) {
        (Dialect::V1, _) => StreamOfferedV1 { info }.into(),
        (Dialect::V2, None) => StreamOffered { info }.into(),
        (Dialect::V2, Some(channel)) => StreamOfferedOnChannel { channel, info }.into(),
    };
    event.encode()
}

/// What a client sees when another has added it: JSON of the whole event.
pub(super) fn target_added(dialect: Dialect, source: Option<&str>) -> Result<String, String> {
    let source = source.map(ClientId::new).transpose().map_err(unfit)?;
    Ok(match (dialect, source) {
        (Dialect::V1, source) => ServerEvent::from(TargetAddedV1 { source }).encode(),
        (Dialect::V2, Some(source)) => ServerEvent::from(TargetAdded { source }).encode(),
        (Dialect::V2, None) => return Err(unfit("an anonymous source in v2")),
    })
}

/// What a client sees when a linked one has left: JSON of the whole event.
pub(super) fn target_left(dialect: Dialect, client: Option<&str>) -> Result<String, String> {
    let client = client.map(ClientId::new).transpose().map_err(unfit)?;
    Ok(match (dialect, client) {
        (Dialect::V1, client) => ServerEvent::from(TargetDisconnectedV1 { client }).encode(),
        (Dialect::V2, Some(client)) => ServerEvent::from(TargetDisconnected { client }).encode(),
        (Dialect::V2, None) => return Err(unfit("an anonymous client in v2")),
    })
}
