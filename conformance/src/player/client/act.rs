//! The verbs that do something to a client under test.

use std::time::Duration;

use serde_json::{Value, json};
use sio_p2p_driver::{Command, Reply};
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::{Data, Packet};

use crate::json::quote;
use crate::player::client::{Clients, driver, expect, values};
use crate::player::play::Play;
use crate::player::play::bindings::Bindings;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::player::scripted::inbox::Scripted;
use crate::player::scripted::server::Admission;
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

    /// The scripted server of a client.
    pub(crate) fn scripted(&mut self, client: &str) -> Result<&mut Scripted, Stop> {
        let driven = self.all.get_mut(client);
        driven
            .and_then(|driven| driven.scripted.as_mut())
            .ok_or_else(|| Stop::broken(format!("{client} is not connected to a scripted server")))
    }
}

/// Does what a verb about a client under test says.
pub(crate) async fn act(play: &mut Play, verb: &ClientVerb) -> Result<(), Stop> {
    match verb {
        ClientVerb::Drive(body) => drive(play, body).await,
        ClientVerb::Handshake(body) => handshake(play, body),
        ClientVerb::Send(body) => {
            let event = play.fill(&body.event)?;
            send_event(
                play,
                &body.client,
                &event,
                None,
                &body.args,
                body.r#as.as_ref(),
            )
        }
        ClientVerb::SendMessage(body) => {
            let event = play.fill(&body.event)?;
            let source = (play.check.dialect == Dialect::V1).then(|| play.id(&body.from));
            let source = source.transpose()?;
            let (args, request) = (&body.args, body.r#as.as_ref());
            send_event(play, &body.client, &event, source.as_deref(), args, request)
        }
        ClientVerb::SendText(body) => {
            let text = play.bindings.fill_raw(&body.text).map_err(Stop::broken)?;
            let sent = play.clients.scripted(&body.client)?.server.send_text(&text);
            sent.map_err(|why| unsent(&body.client, &why))
        }
        ClientVerb::Admit(body) => {
            driver::start_driver(play, &body.client).await?;
            let admission = body
                .refuse
                .clone()
                .map_or(Admission::Accept, Admission::Refuse);
            let heartbeat = body.heartbeat_ms.map(Duration::from_millis);
            play.clients
                .scripted(&body.client)?
                .server
                .admit(admission, heartbeat);
            Ok(())
        }
        ClientVerb::HangUp(body) => hang_up(play, &body.client, body.how).await,
        // Observations have a place of their own.
        _ => Err(Stop::broken("a verb that the player does not know yet")),
    }
}

async fn hang_up(play: &mut Play, name: &str, how: HangingUp) -> Result<(), Stop> {
    // In the middle of an upgrade our engine has no transport that it could close, and
    // socket.io-client 4 notices a cut by the heartbeat alone.
    driver::upgraded_as_told(play, name).await?;
    let scripted = play.clients.scripted(name)?;
    // What follows is not the client's doing.
    scripted.generation += 1;
    let server = &scripted.server;
    let ended = match how {
        HangingUp::Packet => server.end(true),
        HangingUp::Transport => server.end(false),
        HangingUp::Cut => {
            server.cut().await;
            Ok(())
        }
        HangingUp::Silent => {
            server.fall_silent();
            Ok(())
        }
    };
    if let Some(client) = play.clients.all.get_mut(name) {
        client.connected = false;
    }
    ended.map_err(|why| unsent(name, &why))
}

async fn drive(play: &mut Play, body: &Drive) -> Result<(), Stop> {
    let name = body.client.as_str();
    driver::start_driver(play, name).await?;
    let list = std::slice::from_ref(&body.with);
    let rendered = play.bindings.arguments(list).map_err(Stop::broken)?;
    let list = values::to_driver(&rendered.json, &rendered.attachments).map_err(Stop::broken)?;
    let more = match list {
        Value::Array(mut items) => items.pop().unwrap_or_default(),
        other => other,
    };
    // What the run says of a connection the scenario may say otherwise.
    let mut members = match body.r#do.as_str() {
        "connect" => serde_json::to_value(driver::connection_of(play, name)?).unwrap_or_default(),
        _ => json!({}),
    };
    if let (Some(members), Value::Object(mut more)) = (members.as_object_mut(), more) {
        members.append(&mut more);
        members.insert("do".to_owned(), json!(body.r#do));
    }
    let command = serde_json::from_value(members)
        .map_err(|error| Stop::broken(format!("{} cannot be told: {error}", body.r#do)))?;
    let told = match command {
        Command::Connect(connect) => {
            let (told, reply) = driver::drive_connect(play, name, connect).await?;
            return judge_reply(play, name, body, &told, &reply);
        }
        command => command,
    };
    let id = play.clients.say(name, told.clone());
    if let Some(command) = &body.r#as {
        let command = play.fill(command)?;
        let place = (name.to_owned(), id);
        play.clients.commands.insert(command, place);
        return Ok(());
    }
    let wait = play.wait();
    match driver::reply(play, name, id, wait).await? {
        Some(reply) => judge_reply(play, name, body, &told, &reply),
        None => Err(play.clients.no_reply(name, &told)),
    }
}

fn judge_reply(
    play: &mut Play,
    name: &str,
    body: &Drive,
    told: &Command,
    reply: &Reply,
) -> Result<(), Stop> {
    play.clients.unsupported(name, told, reply)?;
    compare_reply(
        &mut play.bindings,
        name,
        &body.r#do,
        reply,
        body.value.as_ref(),
        body.error.as_ref(),
    )
    .map_err(Stop::Broken)
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
    let found = match (error, &reply.error, &reply.ok) {
        (None, Some(text), _) => {
            let finding = Finding::new(format!("{name} failed to {what}"));
            return Err(finding.comparing("success", text.clone()));
        }
        (Some(_), None, _) => {
            let finding = Finding::new(format!("{name} succeeded to {what}"));
            return Err(finding.comparing("an error", reply_text(reply)));
        }
        (Some(pattern), Some(text), _) => Some((pattern, json!(text))),
        (None, None, Some(ok)) => value.map(|pattern| (pattern, ok.clone())),
        (None, None, None) => None,
    };
    let Some((pattern, found)) = found else {
        return Ok(());
    };
    let (json, attachments) = values::from_driver(&found);
    expect::fits(bindings, pattern, &json, &attachments).map_err(|difference| {
        let message = format!("the reply of {name} to {what} differs");
        Finding::new(message).comparing(difference.expected, difference.actual)
    })
}

fn handshake(play: &mut Play, body: &Handshake) -> Result<(), Stop> {
    let mut wanted = Vec::new();
    for (key, value) in &body.query {
        wanted.push((key, play.fill(value)?));
    }
    let query = play.clients.scripted(&body.client)?.query.clone();
    let found: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    for (key, value) in wanted {
        let values: Vec<_> = found.iter().filter(|(name, _)| name == key).collect();
        if values.len() != 1 || values.iter().any(|(_, found)| *found != value) {
            let message = format!("the handshake of {} has a wrong {key}", body.client);
            let finding = Finding::new(message);
            return Err(Stop::Broken(
                finding.comparing(format!("{key}={value}"), query),
            ));
        }
    }
    Ok(())
}

fn send_event(
    play: &mut Play,
    client: &str,
    event: &str,
    source: Option<&str>,
    args: &[Pattern],
    request: Option<&Text>,
) -> Result<(), Stop> {
    let rendered = play.bindings.arguments(args).map_err(Stop::broken)?;
    let mut json = format!("[{}", quote(event));
    if let Some(source) = source {
        json.push(',');
        json.push_str(&quote(source));
    }
    match rendered.json.as_str() {
        "[]" => json.push(']'),
        list => {
            json.push(',');
            json.push_str(&list[1..]);
        }
    }
    let request = request.map(|text| play.fill(text)).transpose()?;
    let scripted = play.clients.scripted(client)?;
    let ack = request.is_some().then_some(scripted.next_ack);
    scripted.next_ack += u64::from(ack.is_some());
    if let (Some(request), Some(number)) = (request, ack) {
        let place = (client.to_owned(), number);
        play.clients.asked.insert(request, place);
    }
    let packet = Packet::Event {
        namespace: "/".to_owned(),
        data: Data::with_attachments(json, rendered.attachments),
        ack,
    };
    play.clients.serve(client, packet)?;
    if let Some(number) = ack {
        play.clients.note_request(client, event, number);
    }
    Ok(())
}

fn unsent(client: &str, why: &str) -> Stop {
    let finding = Finding::new(format!("nothing could be sent to {client}"));
    Stop::Broken(finding.comparing("an open connection", why))
}

fn reply_text(reply: &Reply) -> String {
    reply
        .ok
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default()
}
