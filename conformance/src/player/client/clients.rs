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
use crate::player::client::process::{DRIVER_SAID, DriverCommand, DriverError, Output, Process};
use crate::player::play::check::Check;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::player::play::trace::{Trace, Way};
use crate::player::scripted::gate::Gate;
use crate::player::scripted::inbox::{Scripted, fence_reply};
use crate::player::scripted::server::{Said, Server};

/// How long a driver may take until it says who it is: interpreters and packages load first.
pub(crate) const HELLO_LIMIT: Duration = Duration::from_secs(20);

/// What is heard of a client.
#[derive(Debug)]
pub(crate) enum Notification {
    /// Its driver printed something, or ended.
    Driver(Output),
    /// The scripted server saw something of it, on the connection of this number.
    Server(u64, Said),
}

/// All clients under test of one play.
#[derive(Debug)]
pub(crate) struct Clients {
    /// What starts a driver.
    pub(crate) command: Option<DriverCommand>,
    /// The server that they connect to. Without one, each has a scripted one.
    pub(crate) server: Option<String>,
    /// What their servers want besides an address.
    pub(crate) gate: Gate,
    pub(crate) all: BTreeMap<String, Driven>,
    /// Commands that have a name: client and number.
    pub(crate) commands: BTreeMap<String, (String, u64)>,
    dialect: Dialect,
    /// Name of the event by which fences travel.
    fence: String,
    sender: UnboundedSender<(String, Notification)>,
    notifications: UnboundedReceiver<(String, Notification)>,
    trace: Trace,
    /// What goes wrong on purpose.
    pub(crate) interference: Interference,
}

impl Clients {
    /// The clients of a check, none of which has been started. Fences travel by the event of
    /// this name.
    pub(crate) fn new(check: &Check, fence: String, trace: Trace) -> Self {
        let (sender, notifications) = unbounded_channel();
        let actors = check.scenario.actors.iter();
        let names = actors
            .filter(|(_, (actor, _))| actor.driven)
            .map(|(name, _)| name);
        Self {
            command: None,
            server: None,
            gate: Gate::default(),
            all: names
                .map(|name| (name.clone(), Driven::default()))
                .collect(),
            commands: BTreeMap::new(),
            dialect: check.dialect,
            interference: Interference::new(fence.clone()),
            fence,
            sender,
            notifications,
            trace,
        }
    }

    /// Whether an actor is a client under test.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all.contains_key(name)
    }

    /// The client under test that an actor is.
    pub(crate) fn get(&mut self, name: &str) -> Result<&mut Driven, Stop> {
        let client = self.all.get_mut(name);
        Ok(client.ok_or_else(|| format!("{name} is not driven"))?)
    }

    /// The scripted server of a client.
    pub(crate) fn scripted(&mut self, name: &str) -> Result<&mut Scripted, Stop> {
        let scripted = self.get(name)?.scripted.as_mut();
        Ok(scripted.ok_or_else(|| format!("{name} is not connected to a scripted server"))?)
    }

    /// Starts the driver of a client, without waiting for its hello, and its scripted server.
    pub(crate) async fn start(&mut self, name: &str) -> Result<(), String> {
        let command = self.command.as_ref().ok_or(DriverError::None);
        let tell = self.teller(name);
        let process =
            command.and_then(|it| Process::start(it, move |it| tell(Notification::Driver(it))));
        let process = process.map_err(|error| error.to_string())?;
        let tell = self.teller(name);
        let scripted = if self.server.is_none() {
            let tell = move |number, what| tell(Notification::Server(number, what));
            let server = Server::start(name, self.trace.clone(), self.gate.clone(), tell).await;
            Some(Scripted::new(server.map_err(|error| error.to_string())?))
        } else {
            None
        };
        if let Some(client) = self.all.get_mut(name) {
            client.process = Some(process);
            client.scripted = scripted;
        }
        Ok(())
    }

    /// Takes what is heard of a client, from any task.
    fn teller(&self, name: &str) -> impl Fn(Notification) + Send + Sync + use<> {
        let (sender, name) = (self.sender.clone(), name.to_owned());
        move |notification| {
            // Nobody listens when the play is over.
            let _ = sender.send((name.clone(), notification));
        }
    }

    /// Sends a command to the driver of a client; gives its number.
    pub(crate) fn say(&mut self, name: &str, command: Command) -> u64 {
        let Some(client) = self.all.get_mut(name) else {
            return 0;
        };
        client.next += 1;
        let id = client.next;
        client.open.insert(id);
        let line = CommandLine { id, command };
        let text = serde_json::to_string(&line).unwrap_or_default();
        let shown = format!("driver {}", shorten(&text, 280));
        self.trace.push(name, Way::In, shown);
        match self.interference.command(name, line) {
            Commanded::Given(lines) => {
                if let Some(process) = &client.process {
                    for line in &lines {
                        process.say(line);
                    }
                }
            }
            Commanded::Ignored(reply) => {
                let line = serde_json::to_string(&reply).unwrap_or_default();
                self.teller(name)(Notification::Driver(Output::Line(line)));
            }
        }
        id
    }

    /// Waits for something to happen.
    pub(crate) async fn next(&mut self) -> Option<(String, Notification)> {
        self.notifications.recv().await
    }

    /// Something that has happened already.
    pub(crate) fn try_next(&mut self) -> Option<(String, Notification)> {
        self.notifications.try_recv().ok()
    }

    /// Takes note of something that has happened.
    pub(crate) fn take(&mut self, (name, notification): (String, Notification)) {
        match notification {
            Notification::Driver(Output::Line(line)) => {
                for line in self.interference.line(&name, line) {
                    self.driver_said(&name, Output::Line(line));
                }
            }
            Notification::Driver(what) => self.driver_said(&name, what),
            Notification::Server(number, what) => {
                for what in self.interference.seen(what) {
                    self.server_saw(&name, number, what);
                }
            }
        }
    }

    fn driver_said(&mut self, name: &str, what: Output) {
        let Some(client) = self.all.get_mut(name) else {
            return;
        };
        if let (Output::Line(line), None) = (&what, &client.nonsense) {
            let shown = format!("driver {}", shorten(line, 280));
            self.trace.push(name, Way::Out, shown);
        }
        client.said(what);
    }

    fn server_saw(&mut self, name: &str, number: u64, what: Said) {
        let Some(client) = self.all.get_mut(name) else {
            return;
        };
        let Some(scripted) = &mut client.scripted else {
            return;
        };
        if let Said::Packet(Packet::Event { data, .. }) = &what
            && data.json.contains(&self.fence)
        {
            if let Some(packet) = fence_reply(&data.json, &self.fence, &client.id, self.dialect) {
                // A client that has gone meanwhile is missed by the step that waits.
                let _ = scripted.server.send(packet);
            }
            return;
        }
        let was_gone = scripted.gone;
        scripted.saw(number, what);
        if scripted.gone && !was_gone {
            client.connected = false;
        }
    }

    /// A request has been sent to a client; an interference may have an ack of it already.
    pub(crate) fn note_request(&mut self, client: &str, event: &str, number: u64) {
        if let Some(ack) = self.interference.invented(event, number) {
            self.server_saw(client, 0, ack);
        }
    }

    /// A driver that has died or talks nonsense is not waited for.
    pub(crate) fn goes_on(&self, name: &str) -> Result<(), Stop> {
        let Some(client) = self.all.get(name) else {
            return Ok(());
        };
        let finding = if let Some(nonsense) = &client.nonsense {
            Finding::new(format!("the driver of {name} printed nonsense"))
                .comparing("a line of the driver protocol", nonsense.clone())
        } else if let (Some(status), false) = (&client.ended, client.exited) {
            let expected = "a driver that runs until it is told to exit";
            Finding::new(format!("the driver of {name} ended")).comparing(expected, status.clone())
        } else {
            return Ok(());
        };
        Err(Stop::Down(finding))
    }

    /// What the drivers wrote to their standard error, as notes: often the true reason.
    pub(crate) fn last_words(&self) -> Vec<String> {
        let processes = self.all.values().filter_map(|it| it.process.as_ref());
        let lines = processes.flat_map(Process::last_words);
        lines.map(|line| format!("{DRIVER_SAID}{line}")).collect()
    }

    /// Whether the hello of a client names a feature.
    pub(crate) fn can(&self, name: &str, feature: Feature) -> bool {
        let hello = self.all.get(name).and_then(|client| client.hello.as_ref());
        hello.is_some_and(|hello| hello.can.contains(&feature))
    }
}
