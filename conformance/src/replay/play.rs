//! A recording on its way: line after line, in the order in which it was recorded.
//!
//! What the recording says went out is sent; what came in is waited for. A recording is one
//! order of all packets, and its lines are played one after the other. Two things are added,
//! because they cannot be seen in a recording. Before another client acts, the server has to
//! have read what the last one sent; and before anything is sent to a client that has left,
//! the server has to have noticed that.

use std::collections::BTreeMap;

use sio_p2p_protocol::{Args, Arguments};
use sio_p2p_transport::EioVersion;

use super::clients::Client;
use super::names::Names;
use super::sequence::{Mark, Row};
use super::{Options, Stop, Verdict, stage};
use crate::attachments::strings;
use crate::host::Recorded;
use crate::player::play::Play;
use crate::player::play::trace::Way;
use crate::record::recording::Open;
use crate::record::{Difference, Kind, Line, Recording};

/// A replay.
pub(super) struct Replay<'r> {
    pub(super) recording: &'r Recording,
    /// The recorded implementation itself is on trial: nothing is meant to differ.
    exact: bool,
    /// The generation of Engine.IO, if not the recorded one.
    pub(super) eio: Option<EioVersion>,
    /// The clients on the wire, and who asks for them.
    pub(super) play: Play,
    pub(super) clients: BTreeMap<String, Client>,
    application: Option<Recorded>,
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
        (url, application): (String, Option<Recorded>),
        options: &Options,
    ) -> Result<Self, Stop> {
        let play = stage::play(recording, &url, options);
        let play = play.ok_or_else(|| Verdict::Untestable.because("there is no play"))?;
        Ok(Self {
            recording,
            exact: options.exact,
            eio: options.eio,
            names: Names::new(recording, play.bindings.run(), options.exact),
            play,
            clients: BTreeMap::new(),
            application,
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
            self.open(open);
            self.rows.push(Row::same(line));
            return Ok(());
        }
        let peer = self.play.peers.actors.get(&line.client);
        let is_connected = peer.is_some_and(|peer| peer.connection.is_some());
        let is_gone = peer.is_some_and(|peer| peer.left);
        match (line.kind, line.dir) {
            (Kind::Control, _) if line.is_server() => self.act_as_server(line).await?,
            (Kind::Control, _) => {}
            (Kind::Connect, Way::Out) if line.nsp.is_none() => {
                if let (Some(auth), Some(client)) =
                    (line.args.first(), self.clients.get_mut(&line.client))
                {
                    client.auth = Some(auth.get().to_owned());
                }
                self.rows.push(Row::same(line));
            }
            (Kind::Connect, Way::In) if line.nsp.is_none() => self.connect(line).await?,
            (Kind::ConnectError, Way::In) if !is_connected => self.connect(line).await?,
            (Kind::Close, Way::In) if !is_connected => {
                // It was closed from this side, or never came about.
                self.rows.push(Row::same(line));
            }
            (Kind::Disconnect | Kind::Close, Way::Out) => self.leave(line).await?,
            (_, Way::In) if is_gone => {
                // It was on its way when the client left.
                self.rows.push(Row::same(line));
            }
            (_, Way::Out) => self.send(line).await?,
            (_, Way::In) => self.expect(line).await?,
        }
        Ok(())
    }

    async fn act_as_server(&mut self, line: &'r Line) -> Result<(), Stop> {
        self.settle(None).await?;
        self.rows.push(Row::same(line));
        if line.is_control("start") {
            return Ok(());
        }
        if line.is_control("close transport of client") {
            let client = line.text(0).unwrap_or_default();
            return self.break_off(&client).await;
        }
        let action = line.event.as_deref().unwrap_or_default();
        let Some(application) = &mut self.application else {
            return Err(Verdict::NotApplicable.because(format!(
                "line {}: the application on the server does {action}, for which no client \
                 can ask",
                line.t
            )));
        };
        let args = strings(&line.list(), &mut |text| self.names.sent(text));
        let args = Arguments::parse(args).map_err(|error| error.to_string());
        let done = match args {
            Ok(args) => application.act(action, Args::from(args)).await,
            Err(error) => Err(error),
        };
        done.map_err(|why| Verdict::Different.because(format!("line {}: {why}", line.t)))
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
                    self.rows
                        .push(Row::new(line, Mark::meant(difference), None));
                    return Ok(());
                };
                comes
            }
            None => line,
        };
        loop {
            if self.connection(&line.client).is_none() {
                self.rows.push(Row::new(line, Mark::Other, None));
                let why = format!("{} is not connected", line.client);
                return Err(Verdict::Different.because(why));
            }
            let Some(seen) = self.next(&line.client).await else {
                self.rows.push(Row::new(line, Mark::Other, None));
                let text = match difference {
                    Some(Difference { why, .. }) => {
                        return Err(Verdict::Stale.because(format!(
                            "what {why} says comes at line {} does not come",
                            line.t
                        )));
                    }
                    None => format!("{} does not get what was recorded", line.client),
                };
                return Err(Verdict::Different.because(text));
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
                return Err(Verdict::Stale.because(format!(
                    "line {} comes as it was recorded, although {why} says otherwise",
                    line.t
                )));
            }
            self.rows
                .push(Row::new(line, Mark::Other, Some(seen.to_string())));
            return Err(Verdict::Different.because(format!(
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
            Some(difference) => Row::new(line, Mark::meant(difference), Some(seen.to_string())),
            None => Row::same(line),
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
        let mut recorded = line.event_list();
        let asked = self.clients.get(&line.client).zip(line.id);
        if line.kind == Kind::Ack && asked.is_some_and(|(client, id)| client.lists.contains(&id)) {
            let list = self.names.recorded_list(&line.list());
            recorded = Line::new(Kind::Ack).with_args(&list).event_list();
        }
        ids && self.names.fits(&recorded, &seen.event_list())
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
                let row = Row::unrecorded(client, Mark::meant(difference), seen);
                self.rows.push(row);
                return true;
            }
        }
        false
    }

    /// Fails if this is what a difference says does not come.
    pub(super) fn not_stale(&mut self, client: &str, seen: &Line) -> Result<(), Stop> {
        for (line, difference) in self.absent.clone() {
            if line.client == client && self.is_same(line, seen) {
                return Err(Verdict::Stale.because(format!(
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
        let shown = self
            .rows
            .last()
            .and_then(|row| row.seen.as_deref())
            .unwrap_or_default();
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
