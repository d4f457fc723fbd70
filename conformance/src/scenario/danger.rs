//! How dangerous a scenario is to a server, which decides when it is played.
//!
//! A server that the runner has not started is not started again when it has ended. So what
//! can end one comes last, in an order of rising danger, and one at a time: then most is judged
//! before the end, and the report can name the scenario that the server ended of.
//!
//! A scenario says its danger itself (`danger`), or it follows from the name of its file:
//! `hostile-*` and `reserved-names-*` are hostile, `flood-*` is odd, all others are ordinary.
//! What has ended the original, by its baselines, is deadly whatever it says.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names::name_of;

/// What is known of the original, which ends of many things.
const BASELINES: [&str; 2] = [
    include_str!("../../../fixtures/baselines/original-1.12.1-socketio-2.json"),
    include_str!("../../../fixtures/baselines/original-1.12.1-socketio-4.json"),
];

/// How messages begin about a server that has ended.
const ENDED: &str = "the server process ended";

/// How likely a server is to end of a scenario. The order is that of playing.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    Serialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Danger {
    /// What well-behaved clients do.
    #[default]
    Ordinary,
    /// What clients do by mistake, or seldom: an API that nobody provides, a name that means
    /// something to the language of the server, a great number at once. Servers have ended of it.
    Odd,
    /// What no well-behaved client does. Many servers have ended of it.
    Hostile,
    /// What has ended a published server.
    Deadly,
}

impl Danger {
    /// The danger of a scenario by its id, if it is known that servers have ended of it.
    pub fn known(id: &str) -> Option<Self> {
        static IDS: OnceLock<BTreeSet<String>> = OnceLock::new();
        let ids = IDS.get_or_init(|| BASELINES.iter().flat_map(|text| ended(text)).collect());
        ids.contains(id).then_some(Self::Deadly)
    }

    /// The danger of a scenario that does not say it, by the name of its file.
    pub fn of_stem(stem: &str) -> Self {
        let begins = |words: &[&str]| words.iter().any(|word| stem.starts_with(word));
        if begins(&["hostile-", "reserved-names-"]) {
            Self::Hostile
        } else if begins(&["flood-"]) {
            Self::Odd
        } else {
            Self::Ordinary
        }
    }

    /// The word in scenarios.
    pub fn as_str(self) -> &'static str {
        name_of::<Self>(self as usize)
    }
}

impl fmt::Display for Danger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The ids of the scenarios that have ended the server of a baseline.
fn ended(baseline: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Document {
        expected: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        id: String,
        message_prefix: String,
    }
    // One that cannot be read is found by the tests; here it only costs the order.
    let document = serde_json::from_str::<Document>(baseline).ok();
    let entries = document.into_iter().flat_map(|document| document.expected);
    entries
        .filter(|entry| entry.message_prefix.starts_with(ENDED))
        .map(|entry| entry.id)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_rises_and_follows_from_the_file() {
        let rising = [
            Danger::Ordinary,
            Danger::Odd,
            Danger::Hostile,
            Danger::Deadly,
        ];
        assert!(rising.is_sorted());
        for (stem, danger) in [
            ("hostile-message", Danger::Hostile),
            ("reserved-names-in-rooms", Danger::Hostile),
            ("flood-of-one-client", Danger::Odd),
            ("message-with-ack", Danger::Ordinary),
        ] {
            assert_eq!(Danger::of_stem(stem), danger, "{stem}");
        }
    }

    /// What has ended the original is played after what has not.
    #[test]
    fn what_has_ended_the_original_is_deadly() {
        for baseline in BASELINES {
            assert!(ended(baseline).len() > 100);
        }
        let library = crate::scenario::Library::embedded();
        let of = |id: &str| {
            let mut all = library.scenarios.iter();
            all.find(|scenario| scenario.id == id).unwrap().danger
        };
        assert_eq!(of("api-is-no-client"), Danger::Deadly);
        assert_eq!(of("hostile-topic/end-of-a-prototype"), Danger::Hostile);
        assert_eq!(of("message-with-ack"), Danger::Ordinary);
    }
}
