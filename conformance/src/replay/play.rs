//! A recording on its way: line after line, in the order in which it was recorded.
//!
//! What the recording says went out is sent; what came in is waited for. A recording is one
//! order of all packets, and its lines are played one after the other. Two things are added,
//! because they cannot be seen in a recording. Before another client acts, the server has to
//! have read what the last one sent; and before anything is sent to a client that has left,
//! the server has to have noticed that.

use std::collections::BTreeMap;

use serde_json::Value;

use super::clients::Client;
use super::names::Names;
use super::program::Program;
use super::sequence::Row;
use super::{Options, Verdict, stage};
use crate::attachments::strings;
use crate::json::quote;
use crate::player::play::Play;
use crate::player::stop;
use crate::player::trace::Way;
use crate::record::recording::Open;
use crate::record::{Difference, Kind, Line, Recording};

/// Why a replay stops before its end.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) verdict: Verdict,
    pub(super) why: String,
}

impl Stop {
    /// What comes is not what was recorded.
    pub(super) fn different(why: impl Into<String>) -> Self {
        let (verdict, why) = (Verdict::Different, why.into());
        Self { verdict, why }
    }

    /// A named difference does not occur.
    pub(super) fn stale(why: impl Into<String>) -> Self {
        let (verdict, why) = (Verdict::Stale, why.into());
        Self { verdict, why }
    }

    /// The server could not be talked to.
    pub(super) fn untestable(why: impl Into<String>) -> Self {
        let (verdict, why) = (Verdict::Untestable, why.into());
        Self { verdict, why }
    }

    /// This cannot be played here.
    pub(super) fn not_applicable(why: impl Into<String>) -> Self {
        let (verdict, why) = (Verdict::NotApplicable, why.into());
        Self { verdict, why }
    }
}

impl From<stop::Stop> for Stop {
    fn from(mut stop: stop::Stop) -> Self {
        let why = std::mem::take(&mut stop.finding().message);
        match stop {
            stop::Stop::Broken(_) => Self::different(why),
            stop::Stop::Untestable(_) | stop::Stop::Down(_) => Self::untestable(why),
            stop::Stop::NotApplicable(_) => Self::not_applicable(why),
        }
    }
}

/// A replay.
pub(super) struct Replay<'r> {
    pub(super) recording: &'r Recording,
    /// The recorded implementation itself is on trial: nothing is meant to differ.
    exact: bool,
    /// The clients on the wire, and who asks for them.
    pub(super) play: Play,
    pub(super) clients: BTreeMap<String, Client>,
    program: Option<Program>,
    pub(super) names: Names,
    /// Who has sent something that the server may not have read yet.
    pub(super) busy: Option<String>,
    /// Differences that may come from now on.
    pub(super) floating: Vec<&'r Difference>,
    /// Recorded packets that are meant not to come.
    absent: Vec<(&'r Line, &'r Difference)>,
    pub(super) rows: Vec<Row>,
    /// How many packets came as they were recorded.
    pub(super) matched: usize,
    /// How many differences were meant and found.
    pub(super) meant: usize,
}

impl<'r> Replay<'r> {
    /// A replay at a server, with the application there.
    pub(super) fn new(
        recording: &'r Recording,
        (url, program): (String, Option<Program>),
        options: &Options,
    ) -> Result<Self, Stop> {
        let play = stage::play(recording, &url, options);
        let play = play.map_err(|error| Stop::not_applicable(error.to_string()))?;
        Ok(Self {
            recording,
            exact: options.exact,
            names: Names::new(recording, play.bindings.run(), options.exact),
            play,
            clients: BTreeMap::new(),
            program,
            busy: None,
            floating: Vec::new(),
            absent: Vec::new(),
            rows: Vec::new(),
            matched: 0,
            meant: 0,
        })
    }

    /// Plays the recording, and leaves the server as it was.
    pub(super) async fn run(&mut self) -> Result<(), Stop> {
        let result = self.lines().await;
        self.play.peers.say_goodbye();
        result
    }

    /// Plays all lines and then makes sure that nothing more comes.
    async fn lines(&mut self) -> Result<(), Stop> {
        let recording = self.recording;
        for line in &recording.lines {
            self.step(line).await?;
            if !self.exact {
                let after = recording.differences.iter();
                self.floating
                    .extend(after.filter(|difference| difference.after == Some(line.t)));
            }
        }
        self.nothing_more().await
    }

    async fn step(&mut self, line: &'r Line) -> Result<(), Stop> {
        if let Some(open) = Open::of(line) {
            let client = Client::new(stage::actor_of(&open));
            self.clients.insert(line.client.clone(), client);
            self.rows.push(Row::sent(line));
            return Ok(());
        }
        let is_connected = self.connection(&line.client).is_some();
        let is_gone = |client: &Client| client.gone;
        match (line.kind, line.dir) {
            (Kind::Control, _) if line.is_server() => self.act_as_server(line).await?,
            (Kind::Control, _) => {}
            (Kind::Connect, Way::Out) if line.nsp.is_none() => {
                if let (Some(auth), Some(client)) =
                    (line.args.first(), self.clients.get_mut(&line.client))
                {
                    client.auth = Some(auth.get().to_owned());
                }
                self.rows.push(Row::sent(line));
            }
            (Kind::Connect, Way::In) if line.nsp.is_none() => self.connect(line).await?,
            (Kind::ConnectError, Way::In) if !is_connected => self.refused(line).await?,
            (Kind::Close, Way::In) if !is_connected => {
                // It was closed from this side, or never came about.
                self.rows.push(Row::sent(line));
            }
            (Kind::Disconnect | Kind::Close, Way::Out) => self.leave(line).await?,
            (_, Way::In) if self.clients.get(&line.client).is_some_and(is_gone) => {
                // It was on its way when the client left.
                self.rows.push(Row::sent(line));
            }
            (_, Way::Out) => self.send(line).await?,
            (_, Way::In) => self.expect(line).await?,
        }
        Ok(())
    }

    async fn act_as_server(&mut self, line: &'r Line) -> Result<(), Stop> {
        self.settle(None).await?;
        self.rows.push(Row::sent(line));
        if line.is_control("start") {
            return Ok(());
        }
        if line.is_control("close transport of client") {
            let client = line.text(0).unwrap_or_default();
            return self.break_off(&client).await;
        }
        let args = strings(&line.list(), &mut |text| self.names.sent(text));
        let args: Vec<Value> = serde_json::from_str(&args)
            .map_err(|error| Stop::not_applicable(format!("line {}: {error}", line.t)))?;
        let action = line.event.as_deref().unwrap_or_default();
        let Some(program) = &mut self.program else {
            return Err(Stop::not_applicable(format!(
                "line {}: the application on the server does {action}, for which no client \
                 can ask",
                line.t
            )));
        };
        let done = program.act(action, &args).await;
        done.map_err(|why| Stop::different(format!("line {}: {why}", line.t)))
    }

    /// Waits for the packet of a line, or for what is meant to come in its place.
    async fn expect(&mut self, line: &'r Line) -> Result<(), Stop> {
        let mut meant = self.recording.differences.iter();
        let difference = meant.find(|difference| difference.at == Some(line.t));
        let difference = difference.filter(|_| !self.exact);
        let expected = match difference {
            Some(difference) => {
                self.meant += 1;
                let Some(comes) = &difference.comes else {
                    self.absent.push((line, difference));
                    self.rows.push(Row::meant(line, &difference.why, None));
                    return Ok(());
                };
                comes
            }
            None => line,
        };
        loop {
            if self.connection(&line.client).is_none() {
                self.rows.push(Row::other(line, None));
                let why = format!("{} is not connected", line.client);
                return Err(Stop::different(why));
            }
            let Some(seen) = self.next(&line.client).await else {
                self.rows.push(Row::other(line, None));
                let text = match difference {
                    Some(Difference { why, .. }) => {
                        return Err(Stop::stale(format!(
                            "what {why} says comes at line {} does not come",
                            line.t
                        )));
                    }
                    None => format!("{} does not get what was recorded", line.client),
                };
                return Err(Stop::different(text));
            };
            if self.is_same(expected, &seen) {
                self.take(line, &seen, difference);
                return Ok(());
            }
            if self.is_floating(&line.client, &seen) {
                continue;
            }
            self.not_stale(&line.client, &seen)?;
            if difference.is_some() && self.is_same(line, &seen) {
                let why = difference.map_or("", |difference| &difference.why);
                return Err(Stop::stale(format!(
                    "line {} comes as it was recorded, although {why} says otherwise",
                    line.t
                )));
            }
            self.rows.push(Row::other(line, Some(seen.to_string())));
            return Err(Stop::different(format!(
                "{} gets something else than was recorded",
                line.client
            )));
        }
    }

    fn take(&mut self, line: &'r Line, seen: &Line, difference: Option<&Difference>) {
        self.pop(&line.client);
        if let (Kind::Event, Some(recorded), Some(seen), Some(client)) = (
            line.kind,
            line.id,
            seen.id,
            self.clients.get_mut(&line.client),
        ) {
            client.asked.insert(recorded, seen);
        }
        self.rows.push(match difference {
            Some(difference) => Row::meant(line, &difference.why, Some(seen.to_string())),
            None => Row::same(line, seen.to_string()),
        });
        self.matched += usize::from(difference.is_none());
        // Whatever it has sent before has been read, if this is the answer.
        if line.kind == Kind::Ack && self.busy.as_ref() == Some(&line.client) {
            self.busy = None;
        }
    }

    fn is_same(&mut self, line: &Line, seen: &Line) -> bool {
        if line.kind != seen.kind {
            return false;
        }
        let ids = match line.kind {
            Kind::Ack => line.id == seen.id,
            Kind::Event => line.id.is_some() == seen.id.is_some(),
            // What the transport says of its end is its own affair.
            _ => return true,
        };
        let name = |line: &Line| quote(line.event.as_deref().unwrap_or_default());
        let mut list = line.list();
        let asked = self.clients.get(&line.client).zip(line.id);
        if line.kind == Kind::Ack && asked.is_some_and(|(client, id)| client.lists.contains(&id)) {
            list = self.names.recorded_list(&list);
        }
        let recorded = format!("[{},{list}]", name(line));
        let seen = format!("[{},{}]", name(seen), seen.list());
        ids && self.names.fits(&recorded, &seen)
    }

    /// Whether this is a difference that is meant and may come by now. If so, it is taken.
    pub(super) fn is_floating(&mut self, client: &str, seen: &Line) -> bool {
        for index in 0..self.floating.len() {
            let difference = self.floating[index];
            let Some(comes) = difference
                .comes
                .as_ref()
                .filter(|_| difference.client == client)
            else {
                continue;
            };
            if self.is_same(comes, seen) {
                self.pop(client);
                self.floating.remove(index);
                self.meant += 1;
                let row = Row::meant(comes, &difference.why, Some(seen.to_string()));
                self.rows.push(row.unrecorded());
                return true;
            }
        }
        false
    }

    /// Fails if this is what a difference says does not come.
    pub(super) fn not_stale(&mut self, client: &str, seen: &Line) -> Result<(), Stop> {
        for (line, difference) in self.absent.clone() {
            if line.client == client && self.is_same(line, seen) {
                return Err(Stop::stale(format!(
                    "line {} comes, although {} says that it does not",
                    line.t, difference.why
                )));
            }
        }
        Ok(())
    }

    /// What waits at a client and was not looked at.
    pub(super) fn waiting(&self) -> Vec<String> {
        let mut texts = Vec::new();
        let shown = self.rows.last().and_then(Row::seen).unwrap_or_default();
        for (name, client) in &self.clients {
            let inbox = client.inbox.iter();
            let others = inbox.filter(|seen| seen.to_string() != shown);
            for seen in others.take(4) {
                texts.push(format!("{name}: {seen}"));
            }
        }
        texts
    }
}
