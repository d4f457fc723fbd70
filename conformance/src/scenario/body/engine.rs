//! Verbs below Socket.IO: requests and WebSocket connections that come to the engine beside
//! a connection.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::time::bounded;
use crate::scenario::text::Text;

/// Body of `http`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// The actor whose server is asked, in its Engine.IO generation. One that is to upgrade is
    /// first waited for until it has.
    pub from: String,
    /// The method. Default: GET.
    #[serde(default)]
    pub method: Option<String>,
    /// The query, behind the `EIO` of the actor.
    pub query: Text,
    /// Header fields.
    #[serde(default)]
    pub headers: BTreeMap<String, Text>,
    /// The body. Default: none.
    #[serde(default)]
    pub body: Option<Text>,
    /// The statuses of which the answer has to have one.
    #[schemars(length(min = 1))]
    pub status: Vec<u16>,
}

/// Body of `probe`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// The actor to whose session the WebSocket comes, and which goes on without it. One that
    /// is to upgrade is first waited for until it has.
    pub from: String,
    /// The text frames that are sent on it, in order.
    #[serde(default)]
    pub send: Vec<Text>,
    /// The text frames that the server sends on it then, in order.
    #[serde(default)]
    pub receive: Vec<Text>,
    /// How polls are answered meanwhile that have nothing to tell.
    #[serde(default)]
    pub noops: Option<Noops>,
    /// What becomes of it. Default: it stays open, and nothing more is said on it.
    #[serde(default)]
    pub then: ProbeEnd,
}

/// Empty answers to polls.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noops {
    /// So many `6` arrive at the actor.
    #[serde(deserialize_with = "bounded::<1, 100, _, _>")]
    #[schemars(range(min = 1, max = 100))]
    pub count: usize,
    /// The last of them no sooner than this, in milliseconds from the beginning of the probe.
    pub no_sooner_ms: u64,
}

/// What becomes of a WebSocket that is no transport yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProbeEnd {
    /// It stays open to the end of the story.
    #[default]
    Hangs,
    /// Its TCP connection is dropped.
    Cut,
    /// The server does not let it in, or closes it without another frame.
    Closed,
}
