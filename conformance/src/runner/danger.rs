//! How dangerous a scenario is to a server, which decides when it is played.
//!
//! A server that the runner has not started is not started again when it has ended. So what
//! can end one comes last, in an order of rising danger, and one at a time: then most is judged
//! before the end, and the report can name the scenario that the server ended of.
//!
//! A scenario says its danger itself (`danger`), or it follows from the name of its file:
//! `hostile-*` and `reserved-names-*` are hostile, `flood-*` is odd, all others are ordinary.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

impl Danger {
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
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Odd => "odd",
            Self::Hostile => "hostile",
        }
    }
}

impl fmt::Display for Danger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_rises_and_follows_from_the_file() {
        assert!(Danger::Ordinary < Danger::Odd && Danger::Odd < Danger::Hostile);
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
    fn what_has_ended_the_original_is_dangerous() {
        let library = crate::scenario::Library::embedded();
        for baseline in [
            include_str!("../../../fixtures/baselines/original-1.12.1-socketio-2.json"),
            include_str!("../../../fixtures/baselines/original-1.12.1-socketio-4.json"),
        ] {
            let document: serde_json::Value = serde_json::from_str(baseline).unwrap();
            let mut ends = 0;
            for entry in document["expected"].as_array().unwrap() {
                let message = entry["message_prefix"].as_str().unwrap();
                if !message.starts_with("the server process ended") {
                    continue;
                }
                ends += 1;
                let id = entry["id"].as_str().unwrap();
                let mut all = library.scenarios.iter();
                let scenario = all.find(|scenario| scenario.id == id).unwrap();
                assert_ne!(scenario.danger, Danger::Ordinary, "{id}");
            }
            assert!(ends > 100, "{ends}");
        }
    }
}
