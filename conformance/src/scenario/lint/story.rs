//! Where a story has got to while the linter walks through it.

use std::collections::{BTreeMap, BTreeSet};

/// Where an actor is at some point of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// Never connected so far.
    Absent,
    /// Connected.
    Here,
    /// Has left by itself.
    Left,
    /// Its connection was ended by the server.
    Ended,
    /// Depends on what the server did.
    Unclear,
}

/// The state of the story.
#[derive(Debug, Clone, Default)]
pub(super) struct Story {
    pub(super) presence: BTreeMap<String, Presence>,
    pub(super) asked: BTreeSet<String>,
    pub(super) taken: BTreeSet<String>,
    pub(super) kept: BTreeSet<String>,
    pub(super) mentioned: BTreeSet<String>,
}

/// What is known when it is not known which of two stories has happened.
pub(super) fn merge(mut one: Story, other: Story) -> Story {
    for (name, presence) in other.presence {
        one.presence
            .entry(name)
            .and_modify(|mine| {
                if *mine != presence {
                    *mine = Presence::Unclear;
                }
            })
            .or_insert(presence);
    }
    one.asked.extend(other.asked);
    one.taken.extend(other.taken);
    one.kept.extend(other.kept);
    one.mentioned.extend(other.mentioned);
    one
}
