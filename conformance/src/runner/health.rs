//! Whether a server is well after a scenario, and who is to blame if it is not.

use sio_p2p_transport::EioVersion;

use super::plan::Check;
use super::play::Played;
use super::testee::{Instance, SERVER_SAID, greet};
use super::verdict::{Finding, Outcome};
use crate::scenario::DEFAULT_DEADLINE;

/// Whether a fresh client is still accepted. Deliberately little: a server that breaks, say,
/// every ack is not down, and shall be told about its acks.
async fn serves(url: &str, eio: EioVersion) -> bool {
    greet(url, eio, DEFAULT_DEADLINE).await.is_ok()
}

/// The verdict when the server belongs to this worker: whatever happened to it, this
/// scenario did it.
pub(super) async fn judge_own(
    check: &Check,
    played: Played,
    instance: &mut Option<Instance>,
    url: &str,
) -> Outcome {
    let Some(server) = instance else {
        return played.outcome;
    };
    let well = matches!(played.outcome, Outcome::Passed | Outcome::NotApplicable(_));
    let mut ended = server.ended();
    if !well && ended.is_none() {
        if serves(url, check.eio).await {
            return played.outcome;
        }
        ended = server.end().await;
    } else if well && ended.is_none() {
        return played.outcome;
    }
    let message = match &ended {
        Some(status) => format!("the server process ended ({status})"),
        None => "the server no longer serves".to_owned(),
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

/// The verdict when the server is shared. If it is down and others were playing as well,
/// nobody can say whose doing it was.
pub(super) async fn judge_shared(
    check: &Check,
    played: Played,
    url: &str,
    alone: bool,
) -> Option<Outcome> {
    let outcome = played.outcome;
    if matches!(outcome, Outcome::Passed | Outcome::NotApplicable(_)) {
        return Some(outcome);
    }
    if serves(url, check.eio).await {
        return Some(outcome);
    }
    if !played.talked {
        return Some(match outcome {
            Outcome::Broken(finding) | Outcome::Down(finding) => Outcome::Untestable(finding),
            other => other,
        });
    }
    alone.then(|| down(outcome, "the server no longer serves", Vec::new()))
}

/// The outcome of a scenario that took the server down: what the step saw becomes a note.
fn down(outcome: Outcome, message: &str, notes: Vec<String>) -> Outcome {
    let mut finding = match outcome {
        Outcome::Broken(finding) | Outcome::Down(finding) | Outcome::Untestable(finding) => finding,
        Outcome::Passed | Outcome::NotApplicable(_) => Finding::new("the scenario had passed"),
    };
    let seen = std::mem::replace(&mut finding.message, message.to_owned());
    finding.notes.push(format!("seen by the scenario: {seen}"));
    finding.notes.extend(notes);
    Outcome::Down(finding)
}
