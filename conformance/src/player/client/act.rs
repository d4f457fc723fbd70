//! The verbs that do something to a client under test.

use std::time::Duration;

use serde_json::{Value, json};
use sio_p2p_driver::{Command, Reply};
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::{Data, Packet};

use crate::player::client::{Clients, driver, values};
use crate::player::matching;
use crate::player::peer::Asked;
use crate::player::play::Play;
use crate::player::play::bindings::Bindings;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::scenario::body::{Drive, Handshake, HangingUp};
use crate::scenario::step::ClientVerb;
use crate::scenario::text::Text;
use crate::scenario::value::Pattern;

impl Clients {
    /// Sends a packet to a client.
    pub(crate) fn serve(&mut self, client: &str, packet: Packet) -> Result<(), Stop> {
        let sent = self.scripted(client)?.server.send(packet);
        sent.map_err(|why| unsent(client, &why))
    }
}

/// Does what a verb about a client under test says.
pub(crate) async fn act(play: &mut Play, verb: &ClientVerb) -> Result<(), Stop> {
    match verb {
        ClientVerb::Drive(body) => drive(play, body).await,
        ClientVerb::Handshake(body) => handshake(play, body),
        ClientVerb::Send(body) => {
            let mut packet = vec![Pattern::String(body.event.clone())];
            packet.extend(body.args.iter().cloned());
            send_event(play, &body.client, &body.event, &packet, body.r#as.as_ref())
        }
        ClientVerb::SendMessage(body) => {
            let mut packet = vec![Pattern::String(body.event.clone())];
            if play.check.dialect == Dialect::V1 {
                packet.push(Pattern::String(Text::literal(play.id(&body.from)?)));
            }
            packet.extend(body.args.iter().cloned());
            send_event(play, &body.client, &body.event, &packet, body.r#as.as_ref())
        }
        ClientVerb::SendText(body) => {
            let text = play.bindings.fill_raw(&body.text)?;
            let sent = play.clients.scripted(&body.client)?.server.send_text(&text);
            sent.map_err(|why| unsent(&body.client, &why))
        }
        ClientVerb::Admit(body) => {
            driver::start_driver(play, &body.client).await?;
            let heartbeat = body.heartbeat_ms.map(Duration::from_millis);
            let scripted = play.clients.scripted(&body.client)?;
            scripted.server.admit(body.refuse.clone(), heartbeat);
            Ok(())
        }
        ClientVerb::HangUp(body) => hang_up(play, &body.client, body.how).await,
        // Observations have a place of their own.
        _ => Err(Stop::broken("a verb that the player does not know yet")),
    }
}

async fn hang_up(play: &mut Play, name: &str, how: HangingUp) -> Result<(), Stop> {
    // In the middle of an upgrade socket.io-client 4 notices a cut by the heartbeat alone.
    driver::upgraded_as_told(play, name).await?;
    let scripted = play.clients.scripted(name)?;
    // What follows is not the client's doing.
    scripted.generation += 1;
    let server = &scripted.server;
    let ended = match how {
        HangingUp::Packet => server.end(true).await,
        HangingUp::Transport => server.end(false).await,
        HangingUp::Cut => {
            server.cut().await;
            Ok(())
        }
        HangingUp::Silent => {
            server.fall_silent();
            Ok(())
        }
    };
    play.clients.get(name)?.connected = false;
    ended.map_err(|why| unsent(name, &why))
}

async fn drive(play: &mut Play, body: &Drive) -> Result<(), Stop> {
    let name = body.client.as_str();
    driver::start_driver(play, name).await?;
    let told = command(play, body)?;
    let reply = match (&told, &body.r#as) {
        (Command::Connect(connect), _) => driver::drive_connect(play, name, connect).await?,
        (_, Some(command)) => {
            let command = play.fill(command)?;
            let place = (name.to_owned(), play.clients.say(name, told));
            play.clients.commands.insert(command, place);
            return Ok(());
        }
        (_, None) => driver::command(play, name, told.clone()).await?,
    };
    play.clients.unsupported(name, &told, &reply)?;
    let (value, error) = (body.value.as_ref(), body.error.as_ref());
    compare_reply(&mut play.bindings, name, &body.r#do, &reply, value, error).map_err(Stop::Broken)
}

/// The command of a step.
fn command(play: &mut Play, body: &Drive) -> Result<Command, Stop> {
    let list = std::slice::from_ref(&body.with);
    let rendered = play.bindings.arguments(list)?;
    let list = Data::with_attachments(rendered.json, rendered.attachments);
    let list = values::to_driver(&list)?;
    // What the run says of a connection the scenario may say otherwise.
    let mut members = match body.r#do.as_str() {
        "connect" => {
            let connect = driver::connection_of(play, &body.client)?;
            serde_json::to_value(connect).unwrap_or_default()
        }
        _ => json!({}),
    };
    if let (Some(members), Some(more)) = (members.as_object_mut(), list[0].as_object()) {
        members.extend(more.clone());
        members.insert("do".to_owned(), json!(body.r#do));
    }
    let command = serde_json::from_value(members);
    Ok(command.map_err(|error| format!("{} cannot be told: {error}", body.r#do))?)
}

/// Compares a reply with what a step expects of it, and keeps what it keeps.
pub(crate) fn compare_reply(
    bindings: &mut Bindings,
    name: &str,
    what: &str,
    reply: &Reply,
    value: Option<&Pattern>,
    error: Option<&Pattern>,
) -> Result<(), Finding> {
    let (pattern, found) = match (error, &reply.error) {
        (None, Some(text)) => {
            let finding = Finding::new(format!("{name} failed to {what}"));
            return Err(finding.comparing("success", text.clone()));
        }
        (Some(_), None) => {
            let finding = Finding::new(format!("{name} succeeded to {what}"));
            let done = reply.ok.as_ref().map(Value::to_string);
            return Err(finding.comparing("an error", done.unwrap_or_default()));
        }
        (Some(pattern), Some(text)) => (Some(pattern), Some(json!(text))),
        (None, None) => (value, reply.ok.clone()),
    };
    let (Some(pattern), Some(found)) = (pattern, found) else {
        return Ok(());
    };
    let found = values::from_driver(&found);
    matching::take_value(bindings, pattern, &found).map_err(|difference| {
        let message = format!("the reply of {name} to {what} differs");
        Finding::new(message).comparing(difference.expected, difference.actual)
    })
}

fn handshake(play: &mut Play, body: &Handshake) -> Result<(), Stop> {
    let query = play.clients.scripted(&body.client)?.query.clone();
    for (key, value) in &body.query {
        let wanted = play.fill(value)?;
        let found = url::form_urlencoded::parse(query.as_bytes());
        let mut values = found.filter(|(name, _)| name == key);
        let only = values.next().filter(|_| values.next().is_none());
        if only.is_none_or(|(_, found)| found != wanted) {
            let message = format!("the handshake of {} has a wrong {key}", body.client);
            return Err(Stop::broken(message).comparing(format!("{key}={wanted}"), query));
        }
    }
    Ok(())
}

/// Sends an event packet, given as its array.
fn send_event(
    play: &mut Play,
    client: &str,
    event: &Text,
    packet: &[Pattern],
    request: Option<&Text>,
) -> Result<(), Stop> {
    let event = play.fill(event)?;
    let packet = play.bindings.arguments(packet)?;
    let request = request.map(|text| play.fill(text)).transpose()?;
    let scripted = play.clients.scripted(client)?;
    let ack = request.is_some().then_some(scripted.next_ack);
    scripted.next_ack += u64::from(ack.is_some());
    if let (Some(request), Some(number)) = (request, ack) {
        let asked = Asked {
            actor: client.to_owned(),
            generation: 0,
            number,
        };
        play.peers.is_asked(request, asked);
    }
    let packet = Packet::Event {
        namespace: "/".to_owned(),
        data: Data::with_attachments(packet.json, packet.attachments),
        ack,
    };
    play.clients.serve(client, packet)?;
    if let Some(number) = ack {
        play.clients.note_request(client, &event, number);
    }
    Ok(())
}

fn unsent(client: &str, why: &str) -> Stop {
    Stop::broken(format!("nothing could be sent to {client}")).comparing("an open connection", why)
}
