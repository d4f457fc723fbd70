//! The clients under test of one play: a driver's process and a server's side for each.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::{Data, Packet};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::faults::{Commanded, Interference};
use super::process::{DriverCommand, DriverError, Output, Process};
use super::server::{Said, Server};
use super::wire::{Event, Feature, Hello, Reply};
use crate::json::shorten;
use crate::runner::actor::EventSeen;
use crate::runner::trace::{Trace, Way};
use crate::runner::verdict::Finding;

/// How long a driver may take until it says who it is: interpreters and packages load first.
pub(crate) const HELLO_LIMIT: Duration = Duration::from_secs(20);

/// Something that happened to a client of the play.
#[derive(Debug)]
pub(crate) enum News {
    /// Its driver printed something, or ended.
    Driver {
        /// The client.
        client: String,
        /// What.
        what: Output,
    },
    /// The scripted server saw something of it.
    Server {
        /// The client.
        client: String,
        /// Which of its connections.
        generation: u64,
        /// What.
        what: Said,
    },
}

/// The server's side of one client, when the server is scripted.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) server: Server,
    /// Event packets that no step has matched.
    pub(super) events: VecDeque<EventSeen>,
    /// Acks that no step has matched, by the number of the event.
    pub(super) acks: BTreeMap<u64, VecDeque<Data>>,
    /// What is neither, in words.
    pub(super) others: VecDeque<String>,
    /// Queries of handshakes that no step has matched.
    pub(super) joined: VecDeque<String>,
    /// The query of the last one.
    pub(super) query: String,
    /// The connection that is open or was last.
    pub(super) generation: u64,
    /// It has ended, and no step has seen it.
    pub(super) gone: bool,
    pub(super) next_ack: u64,
}

/// An event that the driver reported.
#[derive(Debug)]
pub(super) struct Reported {
    /// The name.
    pub(super) name: String,
    /// The members but for the name, as JSON with placeholders.
    pub(super) json: String,
    pub(super) attachments: Vec<Bytes>,
    /// Stream and bytes of a `data` event.
    pub(super) data: Option<(String, Vec<u8>)>,
}

/// One client under test.
#[derive(Debug)]
pub(super) struct Driven {
    pub(super) process: Option<Process>,
    pub(super) hello: Option<Hello>,
    pub(super) events: VecDeque<Reported>,
    pub(super) replies: BTreeMap<u64, Reply>,
    /// Names of commands that wait for a reply, by number.
    pub(super) open: BTreeMap<u64, String>,
    pub(super) next: u64,
    /// It printed something that is not of the protocol.
    pub(super) nonsense: Option<String>,
    /// Its process has ended, in words.
    pub(super) ended: Option<String>,
    /// It has been told to exit and has agreed.
    pub(super) exited: bool,
    pub(super) connected: bool,
    /// Its client id.
    pub(super) id: String,
    /// It listens to fences.
    pub(super) listens: bool,
    pub(super) fences: BTreeSet<u64>,
    pub(super) seat: Option<Seat>,
}

impl Driven {
    fn new() -> Self {
        Self {
            process: None,
            hello: None,
            events: VecDeque::new(),
            replies: BTreeMap::new(),
            open: BTreeMap::new(),
            next: 0,
            nonsense: None,
            ended: None,
            exited: false,
            connected: false,
            id: String::new(),
            listens: false,
            fences: BTreeSet::new(),
            seat: None,
        }
    }
}

/// Where the clients under test connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A scripted server for each of them.
    Scripted,
    /// A real server, at this URL.
    Server(String),
}

/// All clients under test of one play.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(super) command: DriverCommand,
    pub(super) stage: Stage,
    pub(super) clients: BTreeMap<String, Driven>,
    /// Commands that have a name: client and number.
    pub(super) commands: BTreeMap<String, (String, u64)>,
    /// Acks that the scripted server has asked for: client and number.
    pub(super) asked: BTreeMap<String, (String, u64)>,
    /// Acks that a client has asked for: client and number.
    pub(super) requested: BTreeMap<String, (String, u64)>,
    pub(super) dialect: Dialect,
    /// Name of the event by which fences travel.
    pub(super) fence: String,
    sender: UnboundedSender<News>,
    news: UnboundedReceiver<News>,
    pub(super) trace: Trace,
    /// What goes wrong on purpose.
    pub(super) interference: Option<Interference>,
}

impl Cast {
    /// The clients of a play, none of which has been started.
    pub(crate) fn new<'a>(
        command: &DriverCommand,
        stage: Stage,
        names: impl Iterator<Item = &'a String>,
        dialect: Dialect,
        fence: String,
        trace: Trace,
    ) -> Self {
        let (sender, news) = unbounded_channel();
        Self {
            command: command.clone(),
            stage,
            clients: names.map(|name| (name.clone(), Driven::new())).collect(),
            commands: BTreeMap::new(),
            asked: BTreeMap::new(),
            requested: BTreeMap::new(),
            dialect,
            fence,
            sender,
            news,
            trace,
            interference: None,
        }
    }

    /// Waits for something to happen.
    pub(crate) async fn next(&mut self) -> Option<News> {
        self.news.recv().await
    }

    /// Something that has happened already.
    pub(crate) fn try_next(&mut self) -> Option<News> {
        self.news.try_recv().ok()
    }

    /// Whether an actor is a client under test.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.clients.contains_key(name)
    }

    /// Starts the driver of a client, without waiting for its hello.
    pub(super) fn start(&mut self, name: &str) -> Result<(), DriverError> {
        let (sender, client) = (self.sender.clone(), name.to_owned());
        let tell = move |what| {
            let client = client.clone();
            // Nobody listens when the play is over.
            let _ = sender.send(News::Driver { client, what });
        };
        let process = Process::start(&self.command, tell)?;
        if let Some(driven) = self.clients.get_mut(name) {
            driven.process = Some(process);
        }
        Ok(())
    }

    /// Sets the scripted server of a client up.
    pub(super) async fn seat(&mut self, name: &str) -> std::io::Result<()> {
        let server = Server::start(name, self.sender.clone(), self.trace.clone()).await?;
        if let Some(driven) = self.clients.get_mut(name) {
            driven.seat = Some(Seat {
                server,
                events: VecDeque::new(),
                acks: BTreeMap::new(),
                others: VecDeque::new(),
                joined: VecDeque::new(),
                query: String::new(),
                generation: 0,
                gone: false,
                next_ack: 0,
            });
        }
        Ok(())
    }

    /// Sends a command line to the driver of a client; gives its number.
    pub(super) fn say(&mut self, name: &str, what: &str, mut members: serde_json::Value) -> u64 {
        let Some(driven) = self.clients.get_mut(name) else {
            return 0;
        };
        driven.next += 1;
        let id = driven.next;
        let mut line = serde_json::json!({ "id": id, "do": what });
        if let (Some(line), Some(members)) = (line.as_object_mut(), members.as_object_mut()) {
            line.append(members);
        }
        let shown = format!("driver {}", shorten(&line.to_string(), 280));
        self.trace.push(name, Way::In, shown);
        driven.open.insert(id, what.to_owned());
        let commanded = match &mut self.interference {
            Some(interference) => interference.command(name, &line),
            None => Commanded::Given(vec![line.to_string()]),
        };
        match (commanded, &driven.process) {
            (Commanded::Given(lines), Some(process)) => {
                for line in lines {
                    process.say(&line);
                }
            }
            (Commanded::Ignored(reply), _) => {
                // This very struct holds the other end.
                let _ = self.sender.send(News::Driver {
                    client: name.to_owned(),
                    what: Output::Line(reply),
                });
            }
            (Commanded::Given(_), None) => {}
        }
        id
    }

    /// Takes note of something that has happened.
    pub(crate) fn take(&mut self, news: News) {
        match news {
            News::Driver { client, what } => match (&self.interference, what) {
                (Some(interference), Output::Line(line)) => {
                    for line in interference.line(&client, line) {
                        self.driver_said(&client, Output::Line(line));
                    }
                }
                (_, what) => self.driver_said(&client, what),
            },
            News::Server {
                client,
                generation,
                what,
            } => {
                let seen = match &self.interference {
                    Some(interference) => interference.seen(what),
                    None => vec![what],
                };
                for what in seen {
                    self.server_saw(&client, generation, what);
                }
            }
        }
    }

    fn driver_said(&mut self, client: &str, what: Output) {
        let Some(driven) = self.clients.get_mut(client) else {
            return;
        };
        // What follows nonsense is not looked at: one defect, one message.
        if driven.nonsense.is_some() && !matches!(what, Output::Ended(_)) {
            return;
        }
        match what {
            Output::Ended(status) => driven.ended = Some(status),
            Output::Nonsense(what) => driven.nonsense = Some(what),
            Output::Line(line) => {
                let shown = format!("driver {}", shorten(&line, 280));
                self.trace.push(client, Way::Out, shown);
                if let Err(why) = driven.line(&line) {
                    driven.nonsense = Some(format!("{} ({why})", shorten(&line, 160)));
                }
            }
        }
    }

    fn server_saw(&mut self, client: &str, generation: u64, what: Said) {
        let (fence, dialect) = (self.fence.clone(), self.dialect);
        let Some(driven) = self.clients.get_mut(client) else {
            return;
        };
        let Some(seat) = &mut driven.seat else { return };
        match what {
            Said::Joined { query } => {
                seat.generation = generation;
                seat.gone = false;
                seat.query.clone_from(&query);
                seat.joined.push_back(query);
            }
            Said::Gone if generation == seat.generation => {
                seat.gone = true;
                driven.connected = false;
            }
            Said::Garbage(what) => seat.others.push_back(what),
            Said::Packet(Packet::Event { data, .. }) if data.json.contains(&fence) => {
                if let Some(packet) = fence_reply(&data.json, &fence, &driven.id, dialect) {
                    // A client that has gone meanwhile is missed by the step that waits.
                    let _ = seat.server.send(packet);
                }
            }
            Said::Packet(Packet::Event {
                data,
                ack,
                namespace,
            }) if namespace == "/" => seat.events.push_back(EventSeen {
                order: 0,
                data,
                ack,
            }),
            Said::Packet(Packet::Ack { data, id, .. }) => {
                seat.acks.entry(id).or_default().push_back(data);
            }
            // An older connection; and a goodbye, which the end of the connection follows.
            Said::Gone | Said::Packet(Packet::Disconnect { .. }) => {}
            Said::Packet(packet) => seat.others.push_back(format!("{packet:?}")),
        }
    }

    /// A request has been sent to a client; an interference may have an ack of it already.
    pub(super) fn note_request(&mut self, client: &str, event: &str, number: u64) {
        let interference = self.interference.as_ref();
        if let Some(ack) = interference.and_then(|it| it.invented(event, number)) {
            self.server_saw(client, 0, ack);
        }
    }

    /// What is wrong with a driver, if it cannot go on.
    pub(super) fn trouble(&self, name: &str) -> Option<Finding> {
        let driven = self.clients.get(name)?;
        let finding = if let Some(nonsense) = &driven.nonsense {
            Finding::new(format!("the driver of {name} printed nonsense"))
                .comparing("a line of the driver protocol", nonsense.clone())
        } else {
            let status = driven.ended.as_ref().filter(|_| !driven.exited)?;
            Finding::new(format!("the driver of {name} ended")).comparing(
                "a driver that runs until it is told to exit",
                status.clone(),
            )
        };
        Some(finding)
    }

    /// What the drivers wrote to their standard error, as notes: often the true reason.
    pub(crate) fn last_words(&self) -> Vec<String> {
        let processes = self.clients.values().filter_map(|it| it.process.as_ref());
        let lines = processes.flat_map(Process::last_words);
        lines
            .map(|line| format!("{}{line}", super::process::DRIVER_SAID))
            .collect()
    }

    /// Whether the hello of a client names a feature.
    pub(super) fn can(&self, name: &str, feature: Feature) -> bool {
        let hello = self
            .clients
            .get(name)
            .and_then(|driven| driven.hello.as_ref());
        hello.is_some_and(|hello| hello.can.contains(&feature))
    }
}

impl Driven {
    /// Reads a line of the driver; the error says what is wrong with it.
    fn line(&mut self, line: &str) -> Result<(), String> {
        let value: serde_json::Value =
            serde_json::from_str(line).map_err(|error| format!("no JSON: {error}"))?;
        let members = value.as_object().ok_or("not an object")?;
        if members.contains_key("driver") {
            if self.hello.is_some() {
                return Err("a second hello".to_owned());
            }
            self.hello = Some(serde_json::from_value(value).map_err(|error| error.to_string())?);
            return Ok(());
        }
        if members.contains_key("id") {
            let reply: Reply = serde_json::from_value(value).map_err(|error| error.to_string())?;
            if reply.ok.is_some() == reply.error.is_some() {
                return Err("a reply has either `ok` or `error`".to_owned());
            }
            if self.open.remove(&reply.id).is_none() {
                return Err("a reply to a command that is not open".to_owned());
            }
            self.replies.insert(reply.id, reply);
            return Ok(());
        }
        let event: Event = serde_json::from_value(value).map_err(|error| error.to_string())?;
        self.happened(&event)
    }

    fn happened(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Received { listener, args, .. } if listener == super::play::FENCE => {
                let number = args.first().and_then(serde_json::Value::as_u64);
                self.fences.extend(number);
                return Ok(());
            }
            Event::Connected {} => self.connected = true,
            Event::Disconnected { .. } => self.connected = false,
            _ => {}
        }
        let data = match event {
            Event::Data { stream, data } => {
                let bytes = super::values::bytes_of(data)
                    .or_else(|| data.as_str().map(|text| text.as_bytes().to_vec()))
                    .ok_or("`data` is {\"$bin\": base64}")?;
                Some((stream.clone(), bytes))
            }
            _ => None,
        };
        // Written anew, so that what is optional and null is not there.
        let mut value = serde_json::to_value(event).map_err(|error| error.to_string())?;
        let name = value
            .as_object_mut()
            .and_then(|members| members.shift_remove("event"));
        let (json, attachments) = super::values::from_driver(value);
        self.events.push_back(Reported {
            name: name
                .and_then(|name| name.as_str().map(str::to_owned))
                .unwrap_or_default(),
            json,
            attachments,
            data,
        });
        Ok(())
    }
}

/// What a relay would deliver of a fence that a client has sent to itself, whatever form it
/// has given it: fences prove order and say nothing about forms.
fn fence_reply(json: &str, fence: &str, id: &str, dialect: Dialect) -> Option<Packet> {
    let after = json.rsplit(fence).next()?;
    let digits = after.trim_start_matches(|c: char| !c.is_ascii_digit());
    // In `v1` the sender's id stands before the number.
    let number = match dialect {
        Dialect::V2 => digits
            .split(|c: char| !c.is_ascii_digit())
            .next()?
            .to_owned(),
        Dialect::V1 => {
            let mut numbers = after.rsplit(|c: char| !c.is_ascii_digit());
            numbers.find(|text| !text.is_empty())?.to_owned()
        }
    };
    let (event, id) = (crate::json::quote(fence), crate::json::quote(id));
    Some(match dialect {
        Dialect::V1 => Packet::event(format!("[{event},{id},{number}]")),
        Dialect::V2 => Packet::event(format!("[{event},{number}]")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_come_back_in_any_form() {
        for (json, dialect, expected) in [
            (
                r#"["P2P_EMIT","c-1f","fence-9a0",[12],null]"#,
                Dialect::V2,
                r#"["fence-9a0",12]"#,
            ),
            (
                r#"["P2P_EMIT",{"targetClientId":"c-1","event":"fence-9a0","args":["c-1",7]}]"#,
                Dialect::V1,
                r#"["fence-9a0","c-1",7]"#,
            ),
        ] {
            let packet = fence_reply(json, "fence-9a0", "c-1", dialect);
            assert_eq!(packet, Some(Packet::event(expected)), "{json}");
        }
    }
}
