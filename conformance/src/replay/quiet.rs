//! What a recording cannot show: that the server has read what was sent, has noticed who has
//! left, and that nothing more comes. Round trips prove it, see the fences of the player.

use std::time::Duration;

use super::play::Replay;
use super::sequence::{Mark, Row};
use super::stage::WATCHER;
use super::{Stop, Verdict};
use crate::player::peer::{connect, fences};
use crate::player::play::Play;
use crate::player::play::stop;
use crate::record::Kind;

/// How long a departure is waited for that a server may never notice.
const DEPARTURE: Duration = Duration::from_secs(1);

impl Replay<'_> {
    /// The server has read everything that another client has sent.
    pub(super) async fn settle(&mut self, actor: Option<&str>) -> Result<(), Stop> {
        match self.busy.take() {
            Some(busy) if actor == Some(busy.as_str()) => {
                self.busy = Some(busy);
                Ok(())
            }
            Some(busy) => self.echo(&busy).await,
            None => Ok(()),
        }
    }

    /// A round trip of a client's own connection. If it is closed, the next line about it will
    /// show that.
    pub(super) async fn echo(&mut self, client: &str) -> Result<(), Stop> {
        if !self.play.peers.is_open(client) {
            return Ok(());
        }
        let echoed = fences::echo(&mut self.play, &[client.to_owned()]).await;
        if echoed.is_err() && self.play.peers.is_open(client) {
            let why = format!("the server does not answer {client} any more");
            return Err(Verdict::Different.because(why));
        }
        self.take_in_all(client);
        Ok(())
    }

    /// Waits until the server has noticed that a client has left. One that never does is not
    /// judged by that.
    pub(super) async fn departed(&mut self, client: &str) -> Result<(), Stop> {
        let bindings = &self.play.bindings;
        let Some(id) = bindings.id(client).map(str::to_owned) else {
            return Ok(());
        };
        let others = self.connected();
        if others.iter().any(|other| bindings.id(other) == Some(&id)) {
            return Ok(());
        }
        let lost = |mut stop: stop::Stop| {
            Verdict::Untestable.because(format!("the list of clients: {}", stop.finding().message))
        };
        if !self.play.peers.is_open(WATCHER) {
            let connected = connect::connect(&mut self.play, WATCHER).await;
            connected.map_err(lost)?;
        }
        let patience = std::mem::replace(&mut self.play.deadline, DEPARTURE);
        let noticed = fences::unlisted(&mut self.play, WATCHER, &[id]).await;
        self.play.deadline = patience;
        noticed.map(drop).map_err(lost)
    }

    /// Everything has come, and nothing more does.
    pub(super) async fn nothing_more(&mut self) -> Result<(), Stop> {
        // Twice: a server may put an event off.
        for _ in 0..2 {
            for client in self.connected() {
                self.echo(&client).await?;
            }
            self.fence_pairs().await?;
        }
        for client in self.connected() {
            self.nothing_left(&client, false)?;
        }
        match self.floating.first() {
            Some(difference) => Err(Verdict::Stale.because(format!(
                "what {} says comes after line {} does not come",
                difference.why,
                difference.after.unwrap_or_default()
            ))),
            None => Ok(()),
        }
    }

    /// Nothing that has come to a client is neither recorded nor meant; if it is `leaving` in the
    /// midst of things, only what is meant is looked at.
    pub(super) fn nothing_left(&mut self, client: &str, leaving: bool) -> Result<(), Stop> {
        self.take_in_all(client);
        while let Some(seen) = self.first(client) {
            // The transport ends after the goodbye of the server.
            let ended = self.rows.iter().any(|row| row.is_end_of(client));
            if seen.kind == Kind::Close && ended {
                self.pop(client);
                continue;
            }
            if self.is_floating(client, &seen) {
                continue;
            }
            self.not_stale(client, &seen)?;
            self.pop(client);
            if leaving {
                continue;
            }
            self.rows.push(Row::unrecorded(client, Mark::Other, &seen));
            return Err(Verdict::Different.because(format!("{client} gets more than was recorded")));
        }
        Ok(())
    }

    /// A message from everybody to everybody, as far as they have ids of their own.
    async fn fence_pairs(&mut self) -> Result<(), Stop> {
        let bindings = &self.play.bindings;
        let sharing = |id| self.clients.keys().filter(move |it| bindings.id(it) == id);
        let mut connected = self.connected();
        connected.retain(|client| bindings.id(client).is_some());
        let is_own = |client: &&String| sharing(bindings.id(client)).count() == 1;
        let mut pairs = Vec::new();
        for from in &connected {
            let to = connected.iter().filter(is_own);
            pairs.extend(to.map(|to| (from.clone(), to.clone())));
        }
        for pair in pairs {
            let (from, to) = &pair;
            let are_open = |play: &Play| play.peers.is_open(from) && play.peers.is_open(to);
            if are_open(&self.play) {
                let fenced = fences::fence(&mut self.play, std::slice::from_ref(&pair)).await;
                if fenced.is_err() && are_open(&self.play) {
                    let why = format!("a message from {from} to {to} does not arrive");
                    return Err(Verdict::Different.because(why));
                }
            }
        }
        Ok(())
    }
}
