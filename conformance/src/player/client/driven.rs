//! One client under test: its driver, and what that has said.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use sio_p2p_driver::{Event, Hello, Reply};

use crate::json::shorten;
use crate::player::client::process::{Output, Process};
use crate::player::scripted::inbox::Scripted;

/// Name of the listener by which fences are reported.
pub(crate) const FENCE: &str = "fence";

/// An event that the driver reported.
#[derive(Debug)]
pub(crate) struct Reported {
    /// The name.
    pub(crate) name: String,
    /// The members but for the name, as JSON with placeholders.
    pub(crate) json: String,
    pub(crate) attachments: Vec<Bytes>,
    /// Stream and bytes of a `data` event.
    pub(crate) data: Option<(String, Vec<u8>)>,
}

/// One client under test.
#[derive(Debug)]
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
    /// It listens to fences.
    pub(crate) listens: bool,
    pub(crate) fences: BTreeSet<u64>,
    pub(crate) scripted: Option<Scripted>,
}

impl Driven {
    pub(crate) fn new() -> Self {
        Self {
            process: None,
            hello: None,
            events: VecDeque::new(),
            replies: BTreeMap::new(),
            open: BTreeSet::new(),
            next: 0,
            nonsense: None,
            ended: None,
            exited: false,
            connected: false,
            id: String::new(),
            listens: false,
            fences: BTreeSet::new(),
            scripted: None,
        }
    }
}

impl Driven {
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
            if !self.open.remove(&reply.id) {
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
            Event::Received { listener, args, .. } if listener == FENCE => {
                let number = args.first().and_then(serde_json::Value::as_u64);
                self.fences.extend(number);
                return Ok(());
            }
            Event::Connected {} => self.connected = true,
            Event::Disconnected { .. } => self.connected = false,
            _ => {}
        }
        let data = match event {
            Event::Data { stream, data } => Some((stream.clone(), data.0.clone())),
            _ => None,
        };
        // Written anew, so that what is optional and null is not there.
        let mut value = serde_json::to_value(event).map_err(|error| error.to_string())?;
        let name = value
            .as_object_mut()
            .and_then(|members| members.shift_remove("event"));
        let (json, attachments) = crate::player::client::values::from_driver(&value);
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
