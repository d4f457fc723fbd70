//! Whether a server is well after a scenario, and who is to blame if it is not.

use sio_p2p_transport::EioVersion;

use super::life::{Health, Life, Suspect};
use super::testee::{Instance, Knock, SERVER_SAID};
use crate::player::play::Played;
use crate::player::play::check::Check;
use crate::player::play::finding::{Finding, Outcome};

/// What is said of a server that cannot be talked to any more.
pub(super) const GONE: &str = "the server no longer serves";

/// The verdict when the server belongs to this worker: whatever happened to it, this
/// scenario did it.
pub(super) async fn judge_own(
    check: &Check,
    played: Played,
    instance: &mut Option<Instance>,
) -> Outcome {
    let Some(server) = instance else {
        return played.outcome;
    };
    let well = matches!(played.outcome, Outcome::Passed | Outcome::NotApplicable(_));
    let mut ended = server.ended();
    if !well && ended.is_none() {
        // Deliberately little: a server that breaks, say, every ack is not down, and shall be
        // told about its acks.
        if server.serves(check.eio).await {
            return played.outcome;
        }
        ended = server.end().await;
    } else if well && ended.is_none() {
        return played.outcome;
    }
    let message = match &ended {
        Some(status) => format!("the server process ended ({status})"),
        None => GONE.to_owned(),
    };
    let notes = server
        .last_words()
        .await
        .into_iter()
        .map(|line| format!("{SERVER_SAID}{line}"));
    let outcome = down(played.outcome, &message, notes.collect());
    // Dead or useless: the next check gets a new one.
    *instance = None;
    outcome
}

/// The verdict when the server is shared. `None` if it has to be found again: when the server
/// was away while others were playing as well, nobody can say whose doing it was.
pub(super) async fn judge_shared(
    life: &Life,
    knock: &Knock,
    eio: EioVersion,
    play: Suspect,
    talked: bool,
) -> Option<Outcome> {
    if matches!(play.outcome, Outcome::Passed | Outcome::NotApplicable(_)) {
        return Some(play.outcome);
    }
    match life.health(knock, eio).await {
        Health::Serves => Some(play.outcome),
        Health::Returned if !talked => None,
        Health::Returned => play.alone.then(|| down(play.outcome, GONE, Vec::new())),
        Health::Gone => {
            if talked {
                life.suspect(play);
            }
            None
        }
    }
}

/// The outcome of a scenario that took the server down: what the step saw becomes a note.
pub(super) fn down(outcome: Outcome, message: &str, notes: Vec<String>) -> Outcome {
    let mut finding = match outcome {
        Outcome::Broken(finding) | Outcome::Down(finding) | Outcome::Untestable(finding) => finding,
        Outcome::Passed | Outcome::NotApplicable(_) | Outcome::NotJudged(_) => {
            Finding::new("the scenario had passed")
        }
    };
    let seen = std::mem::replace(&mut finding.message, message.to_owned());
    finding.notes.push(format!("seen by the scenario: {seen}"));
    finding.notes.extend(notes);
    Outcome::Down(finding)
}
