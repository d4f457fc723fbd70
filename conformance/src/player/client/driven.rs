//! One client under test: its driver, and what that has said.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;
use sio_p2p_driver::{Event, Hello, Reply};
use sio_p2p_transport::Data;

use crate::json::shorten;
use crate::player::client::process::{Output, Process};
use crate::player::client::values;
use crate::player::scripted::inbox::Scripted;

/// Name of the listener by which fences are reported.
pub(crate) const FENCE: &str = "fence";

/// An event that the driver reported.
#[derive(Debug)]
pub(crate) struct Reported {
    /// The name.
    pub(crate) name: String,
    /// The members but for the name.
    pub(crate) members: Data,
    /// Stream and bytes of a `data` event.
    pub(crate) bytes: Option<(String, Vec<u8>)>,
}

/// One client under test.
#[derive(Debug, Default)]
pub(crate) struct Driven {
    pub(crate) process: Option<Process>,
    pub(crate) hello: Option<Hello>,
    pub(crate) events: VecDeque<Reported>,
    pub(crate) replies: BTreeMap<u64, Reply>,
    /// Numbers of the commands that wait for a reply.
    pub(crate) open: BTreeSet<u64>,
    pub(crate) next: u64,
    /// It printed something that is not of the protocol.
    pub(crate) nonsense: Option<String>,
    /// Its process has ended, in words.
    pub(crate) ended: Option<String>,
    /// It has been told to exit and has agreed.
    pub(crate) exited: bool,
    pub(crate) connected: bool,
    /// Its client id.
    pub(crate) id: String,
    pub(crate) fences: BTreeSet<u64>,
    pub(crate) scripted: Option<Scripted>,
}

impl Driven {
    /// Whether it is connected to its scripted server, and not over a WebSocket.
    pub(crate) fn polls(&self) -> bool {
        let scripted = self.scripted.as_ref().filter(|_| self.connected);
        scripted.is_some_and(|scripted| !scripted.server.is_on_websocket())
    }

    /// Takes note of what came out of the driver.
    pub(crate) fn said(&mut self, what: Output) {
        // What follows nonsense is not looked at: one defect, one message.
        if self.nonsense.is_some() && !matches!(what, Output::Ended(_)) {
            return;
        }
        match what {
            Output::Ended(status) => self.ended = Some(status),
            Output::Nonsense(what) => self.nonsense = Some(what),
            Output::Line(line) => {
                if let Err(why) = self.line(&line) {
                    self.nonsense = Some(format!("{} ({why})", shorten(&line, 160)));
                }
            }
        }
    }

    /// Reads a line of the driver; the error says what is wrong with it.
    fn line(&mut self, line: &str) -> Result<(), String> {
        let value: Value =
            serde_json::from_str(line).map_err(|error| format!("no JSON: {error}"))?;
        let members = value.as_object().ok_or("not an object")?;
        if members.contains_key("driver") {
            if self.hello.is_some() {
                return Err("a second hello".to_owned());
            }
            self.hello = Some(read(value)?);
            return Ok(());
        }
        if members.contains_key("id") {
            let reply: Reply = read(value)?;
            if reply.ok.is_some() == reply.error.is_some() {
                return Err("a reply has either `ok` or `error`".to_owned());
            }
            if !self.open.remove(&reply.id) {
                return Err("a reply to a command that is not open".to_owned());
            }
            self.replies.insert(reply.id, reply);
            return Ok(());
        }
        self.happened(read(value)?)
    }

    fn happened(&mut self, event: Event) -> Result<(), String> {
        // Written anew, so that what is optional and null is not there.
        let mut members = serde_json::to_value(&event).map_err(|error| error.to_string())?;
        let object = members.as_object_mut();
        let name = object.and_then(|members| members.shift_remove("event"));
        let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
        let mut bytes = None;
        match event {
            Event::Received { listener, args, .. } if listener == FENCE => {
                self.fences.extend(args.first().and_then(Value::as_u64));
                return Ok(());
            }
            Event::Connected {} => self.connected = true,
            Event::Disconnected { .. } => self.connected = false,
            Event::Data { stream, data } => bytes = Some((stream, data.0)),
            _ => {}
        }
        self.events.push_back(Reported {
            name: name.to_owned(),
            members: values::from_driver(&members),
            bytes,
        });
        Ok(())
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}
