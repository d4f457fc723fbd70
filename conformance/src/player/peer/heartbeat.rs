//! Heartbeats and time: how often a server says that it is there, and what a while does.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::blame::How;
use crate::player::peer::beats::Rhythm;
use crate::player::peer::fences;
use crate::player::play::Play;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::scenario::Settings;
use crate::scenario::body::{Heartbeat, PassTime};

/// The settings by which a silent client is missed. A server that cannot be set up states its
/// own in the handshake.
const STATED: [&str; 2] = ["engine.ping_interval_ms", "engine.ping_timeout_ms"];
/// Longer than this nobody waits for a silent client.
const SHORT: Duration = Duration::from_secs(6);
/// Pause between two looks at what has come. It only leaves the processor to others.
const PAUSE: Duration = Duration::from_millis(5);

/// Whether settings say no more than how soon silence is noticed, so that a scenario can be
/// played on a server that says so itself.
pub(crate) fn only_heartbeats(settings: &Settings) -> bool {
    !settings.is_empty() && settings.keys().all(|name| STATED.contains(&name.as_str()))
}

/// A scenario that is about heartbeats can be played on any server on which they are due
/// soon.
pub(crate) fn beats_soon(play: &Play, rhythm: Rhythm) -> Result<(), Stop> {
    let about = only_heartbeats(&play.check.scenario.settings);
    if !about || rhythm.silence() <= SHORT {
        return Ok(());
    }
    let seconds = rhythm.silence().as_secs();
    Err(Stop::NotApplicable(Finding::new(format!(
        "by its handshake the server notices silence after {seconds} s, which is too long to wait"
    ))))
}

/// Waits for heartbeats of the server.
pub(crate) async fn heartbeat(play: &mut Play, body: &Heartbeat) -> Result<(), Stop> {
    let deadline = play.deadline;
    let actor = play.peers.get(&body.at)?;
    let (beats, rhythm) = (actor.beats.clone(), actor.rhythm);
    let Some(rhythm) = rhythm else {
        return Err(play.peers.lost(&body.at));
    };
    let wanted = beats.count() + u64::from(body.times);
    let whole = rhythm.silence().saturating_mul(body.times);
    let until = Instant::now() + whole.saturating_add(deadline);
    while beats.count() < wanted {
        play.drain();
        play.peers.open(&body.at)?;
        if Instant::now() >= until {
            let stop = Stop::broken(format!("{} got no heartbeat", body.at));
            let stop = stop.comparing(
                format!("one each {} ms", rhythm.interval.as_millis()),
                format!("{} in all", beats.count()),
            );
            return Err(stop.signed(How::Missing));
        }
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Lets time pass, because time is the point: these actors send fences to themselves
/// meanwhile, and all others are idle.
pub(crate) async fn pass_time(play: &mut Play, body: &PassTime) -> Result<(), Stop> {
    let until = Instant::now() + Duration::from_millis(body.ms);
    loop {
        let pairs = body.at.iter().map(|name| (name.clone(), name.clone()));
        let pairs: Vec<_> = pairs.collect();
        fences::fence(play, &pairs).await?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        sleep(left.min(PAUSE.saturating_mul(10))).await;
    }
}
