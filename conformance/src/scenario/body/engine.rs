//! Verbs below Socket.IO: requests and WebSocket connections that come to the engine beside
//! a connection.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::time::bounded;
use crate::scenario::text::Text;
use crate::scenario::verb::{unsaid, verbs};

verbs! {
    /// Body of `http`.
    pub struct Http: Act {
        /// The actor whose server is asked, in its Engine.IO generation. One that is to upgrade is
        /// first waited for until it has.
        from: String => Names,
        /// The method. Default: GET.
        method: Option<String> = null,
        /// The query, behind the `EIO` of the actor.
        query: Text => Says,
        /// Header fields.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, Text> => Says,
        /// The body. Default: none.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<Text> => Says,
        /// The statuses of which the answer has to have one.
        #[schemars(length(min = 1))]
        status: Vec<u16>,
    }

    /// Body of `probe`.
    pub struct Probe: Act {
        /// The actor to whose session the WebSocket comes, and which goes on without it. One that
        /// is to upgrade is first waited for until it has.
        from: String => Acts,
        /// The text frames that are sent on it, in order.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        send: Vec<Text> => Says,
        /// The text frames that the server sends on it then, in order.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        receive: Vec<Text> => Says,
        /// How polls are answered meanwhile that have nothing to tell.
        #[serde(skip_serializing_if = "Option::is_none")]
        noops: Option<Noops>,
        /// What becomes of it. Default: it stays open, and nothing more is said on it.
        #[serde(default, skip_serializing_if = "unsaid")]
        then: ProbeEnd,
    }
}

/// Empty answers to polls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
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
