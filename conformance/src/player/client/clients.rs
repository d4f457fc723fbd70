//! The clients under test of one play: a driver's process and a server's side for each.

use std::collections::BTreeMap;
use std::time::Duration;

use sio_p2p_driver::{Command, CommandLine, Feature};
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::Packet;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::json::shorten;
use crate::player::client::driven::Driven;
use crate::player::client::faults::{Commanded, Interference};
use crate::player::client::process::{DriverCommand, DriverError, Output, Process};
use crate::player::play::finding::Finding;
use crate::player::play::trace::{Trace, Way};
use crate::player::scripted::inbox::{Scripted, fence_reply};
use crate::player::scripted::server::{Said, Server};

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
pub(crate) struct Clients {
    /// What starts a driver.
    command: Option<DriverCommand>,
    pub(crate) stage: Stage,
    pub(crate) all: BTreeMap<String, Driven>,
    /// Commands that have a name: client and number.
    pub(crate) commands: BTreeMap<String, (String, u64)>,
    /// Acks that the scripted server has asked for: client and number.
    pub(crate) asked: BTreeMap<String, (String, u64)>,
    /// Acks that a client has asked for: client and number.
    pub(crate) requested: BTreeMap<String, (String, u64)>,
    pub(crate) dialect: Dialect,
    /// Name of the event by which fences travel.
    pub(crate) fence: String,
    sender: UnboundedSender<News>,
    news: UnboundedReceiver<News>,
    pub(crate) trace: Trace,
    /// What goes wrong on purpose.
    pub(crate) interference: Option<Interference>,
}

impl Clients {
    /// No clients: a scenario judges a server.
    pub(crate) fn none(dialect: Dialect, trace: Trace) -> Self {
        let (stage, names) = (Stage::Scripted, std::iter::empty());
        Self::new(None, stage, names, dialect, String::new(), trace)
    }

    /// The clients of a play, none of which has been started.
    pub(crate) fn new<'a>(
        command: Option<DriverCommand>,
        stage: Stage,
        names: impl Iterator<Item = &'a String>,
        dialect: Dialect,
        fence: String,
        trace: Trace,
    ) -> Self {
        let (sender, news) = unbounded_channel();
        Self {
            command,
            stage,
            all: names.map(|name| (name.clone(), Driven::new())).collect(),
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
        self.all.contains_key(name)
    }

    /// Starts the driver of a client, without waiting for its hello.
    pub(crate) fn start(&mut self, name: &str) -> Result<(), DriverError> {
        let (sender, client) = (self.sender.clone(), name.to_owned());
        let tell = move |what| {
            let client = client.clone();
            // Nobody listens when the play is over.
            let _ = sender.send(News::Driver { client, what });
        };
        let command = self.command.as_ref().ok_or(DriverError::None)?;
        let process = Process::start(command, tell)?;
        if let Some(driven) = self.all.get_mut(name) {
            driven.process = Some(process);
        }
        Ok(())
    }

    /// Sets the scripted server of a client up.
    pub(crate) async fn set_up(&mut self, name: &str) -> std::io::Result<()> {
        let server = Server::start(name, self.sender.clone(), self.trace.clone()).await?;
        if let Some(driven) = self.all.get_mut(name) {
            driven.scripted = Some(Scripted::new(server));
        }
        Ok(())
    }

    /// Sends a command to the driver of a client; gives its number.
    pub(crate) fn say(&mut self, name: &str, command: Command) -> u64 {
        let Some(driven) = self.all.get_mut(name) else {
            return 0;
        };
        driven.next += 1;
        let id = driven.next;
        driven.open.insert(id);
        let line = CommandLine { id, command };
        let text = serde_json::to_string(&line).unwrap_or_default();
        let shown = format!("driver {}", shorten(&text, 280));
        self.trace.push(name, Way::In, shown);
        let commanded = match &mut self.interference {
            Some(interference) => interference.command(name, line),
            None => Commanded::Given(vec![line]),
        };
        match (commanded, &driven.process) {
            (Commanded::Given(lines), Some(process)) => {
                for line in lines {
                    process.say(&line);
                }
            }
            (Commanded::Ignored(reply), _) => {
                let line = serde_json::to_string(&reply).unwrap_or_default();
                // This very struct holds the other end.
                let _ = self.sender.send(News::Driver {
                    client: name.to_owned(),
                    what: Output::Line(line),
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
        let Some(driven) = self.all.get_mut(client) else {
            return;
        };
        if let (Output::Line(line), None) = (&what, &driven.nonsense) {
            let shown = format!("driver {}", shorten(line, 280));
            self.trace.push(client, Way::Out, shown);
        }
        driven.said(what);
    }

    fn server_saw(&mut self, client: &str, generation: u64, what: Said) {
        let Some(driven) = self.all.get_mut(client) else {
            return;
        };
        let Some(scripted) = &mut driven.scripted else {
            return;
        };
        match what {
            Said::Packet(Packet::Event { data, .. }) if data.json.contains(&self.fence) => {
                if let Some(packet) = fence_reply(&data.json, &self.fence, &driven.id, self.dialect)
                {
                    // A client that has gone meanwhile is missed by the step that waits.
                    let _ = scripted.server.send(packet);
                }
            }
            what => {
                let was_gone = scripted.gone;
                scripted.saw(generation, what);
                if scripted.gone && !was_gone {
                    driven.connected = false;
                }
            }
        }
    }

    /// A request has been sent to a client; an interference may have an ack of it already.
    pub(crate) fn note_request(&mut self, client: &str, event: &str, number: u64) {
        let interference = self.interference.as_ref();
        if let Some(ack) = interference.and_then(|it| it.invented(event, number)) {
            self.server_saw(client, 0, ack);
        }
    }

    /// What is wrong with a driver, if it cannot go on.
    pub(crate) fn trouble(&self, name: &str) -> Option<Finding> {
        let driven = self.all.get(name)?;
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
        let processes = self.all.values().filter_map(|it| it.process.as_ref());
        let lines = processes.flat_map(Process::last_words);
        lines
            .map(|line| format!("{}{line}", crate::player::client::process::DRIVER_SAID))
            .collect()
    }

    /// Whether the hello of a client names a feature.
    pub(crate) fn can(&self, name: &str, feature: Feature) -> bool {
        let hello = self.all.get(name).and_then(|driven| driven.hello.as_ref());
        hello.is_some_and(|hello| hello.can.contains(&feature))
    }
}
