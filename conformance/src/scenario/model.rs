//! What a scenario file says, as types: the envelope around the steps.
//!
//! Everything here denies unknown fields, so that a misspelt key is an error with a
//! place and not a rule that silently does nothing. The doc comments of this module
//! and of [`step`](super::step) become the descriptions in the scenario schema.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::IntoDeserializer;
use serde::de::value::{self, StrDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::names::{name_of, variants_of};
use super::spanned::Spanned;
use super::text::Text;
use super::transport::TransportName;
use crate::nearest::did_you_mean;
use crate::scenario::danger::Danger;
use sio_p2p_protocol::Dialect;

/// One scenario: who takes part, what they do, what must be seen, and which clauses
/// of the protocol that proves.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Scenario")]
pub struct ScenarioDocument<'a> {
    /// Where the schema of this file is, for editors. Not read by the runner.
    #[serde(rename = "$schema", default, borrow)]
    #[schemars(with = "Option<String>")]
    pub schema: Option<Spanned<'a, String>>,
    /// Permanent slug, the same as the file's stem: lower-case words joined by `-`.
    /// Never changed and never used again for something else.
    #[serde(borrow)]
    #[schemars(with = "String", regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: Spanned<'a, String>,
    /// One line that says what is checked, as a statement that holds when it passes.
    pub title: String,
    /// Why anybody cares, when the title does not say it.
    #[serde(default)]
    pub why: Option<String>,
    /// Ids of the clauses that this scenario checks, for example `SRV-MSG-2`.
    #[serde(borrow)]
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub clauses: Vec<Spanned<'a, String>>,
    /// What it means to break it.
    pub level: Level,
    /// The dialects in which the scenario is run, each with a result of its own.
    #[schemars(with = "Vec<sio_p2p_driver::schema::DialectName>", length(min = 1))]
    pub dialects: Vec<Dialect>,
    /// Only these Engine.IO generations make sense here. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<sio_p2p_driver::schema::EioNumber>")]
    pub eio: Vec<u8>,
    /// The scenario judges a client, which is driven (see `driven`), and this is the server
    /// that it connects to. Default: the scenario judges a server.
    #[serde(default)]
    pub server: Option<ServerRole>,
    /// Capabilities that the server must have declared; otherwise the scenario is not
    /// applicable. The Core and Message families need none.
    #[serde(default)]
    pub requires: Vec<Capability>,
    /// How likely a server is to end of it. What is more dangerous is played later on a
    /// server that the runner has not started. Default: `hostile` for files `hostile-*` and
    /// `reserved-names-*`, `odd` for files `flood-*`, otherwise `ordinary`; always `deadly` if
    /// the original has ended of it, by its baselines.
    #[serde(default)]
    pub danger: Option<Danger>,
    /// Settings of the reference server under which the scenario is judged, on a server of
    /// its own: names and values as in its `CONFIGURATION.md`, and `preset`. For servers
    /// that the runner cannot set up so, the scenario is not applicable.
    #[serde(default, borrow)]
    #[schemars(with = "Settings")]
    pub settings: Option<Spanned<'a, Settings>>,
    /// The first revision of the protocol that has it, if none of its clauses is younger.
    /// Default 1.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub since: Option<u32>,
    /// What shows that this scenario can fail: names of faults of the reference server,
    /// each of which turns it red (`cargo xtask prove`).
    #[serde(default, borrow)]
    #[schemars(with = "Vec<String>")]
    pub proof: Vec<Spanned<'a, String>>,
    /// The connections that take part, by name. A name that never connects is a client
    /// id that nobody has.
    #[serde(borrow)]
    #[schemars(with = "BTreeMap<String, ActorDocument>")]
    pub actors: BTreeMap<String, &'a RawValue>,
    /// Deadline in milliseconds of every single step that waits. Default 2,000.
    #[serde(default)]
    pub deadline_ms: Option<u64>,
    /// What happens, in order.
    #[serde(borrow)]
    #[schemars(with = "Vec<super::step::StepDocument>", length(min = 1))]
    pub steps: Vec<&'a RawValue>,
    /// A table of cases: each runs the steps once, with its own steps in the place of
    /// the step `{"case": {}}`, and is a result of its own with the id
    /// `<scenario>/<case>`. Either the table itself or the path of a file that holds
    /// one, relative to this file.
    #[serde(default, borrow)]
    #[schemars(with = "Option<CasesDocument<'a>>")]
    pub cases: Option<&'a RawValue>,
}

/// The two forms of a case table. Told apart by their first character, so that an error
/// inside a table keeps its place.
#[derive(Debug, JsonSchema)]
#[schemars(untagged, title = "Cases")]
pub enum CasesDocument<'a> {
    /// The cases themselves.
    Inline(#[schemars(with = "Vec<CaseDocument<'a>>")] Vec<&'a RawValue>),
    /// Path of a case file, relative to the scenario file.
    File(String),
}

/// A file that holds nothing but a case table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Case file")]
pub struct CaseFileDocument<'a> {
    /// Where the schema of this file is, for editors.
    #[serde(rename = "$schema", default, borrow)]
    #[schemars(with = "Option<String>")]
    pub schema: Option<Spanned<'a, String>>,
    /// The cases.
    #[serde(borrow)]
    #[schemars(with = "Vec<CaseDocument<'a>>", length(min = 1))]
    pub cases: Vec<&'a RawValue>,
}

/// One row of a case table. What it leaves out is taken from the scenario.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Case")]
pub struct CaseDocument<'a> {
    /// Permanent slug, unique in its table.
    #[serde(borrow)]
    #[schemars(with = "String", regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: Spanned<'a, String>,
    /// What this case checks. Default: the scenario's title.
    #[serde(default)]
    pub title: Option<String>,
    /// Why anybody cares.
    #[serde(default)]
    pub why: Option<String>,
    /// Clauses that this case checks besides those of the scenario.
    #[serde(default, borrow)]
    #[schemars(with = "Vec<String>")]
    pub clauses: Vec<Spanned<'a, String>>,
    /// Level of this case. Default: the scenario's.
    #[serde(default)]
    pub level: Option<Level>,
    /// Dialects of this case, some of the scenario's. Default: all of them.
    #[serde(default)]
    #[schemars(with = "Vec<sio_p2p_driver::schema::DialectName>")]
    pub dialects: Vec<Dialect>,
    /// Engine.IO generations of this case. Default: the scenario's.
    #[serde(default)]
    #[schemars(with = "Vec<sio_p2p_driver::schema::EioNumber>")]
    pub eio: Vec<u8>,
    /// Settings that this case states besides those of the scenario, or instead of them.
    #[serde(default, borrow)]
    #[schemars(with = "Settings")]
    pub settings: Option<Spanned<'a, Settings>>,
    /// What shows that this case can fail. Default: what shows it for the scenario.
    #[serde(default, borrow)]
    #[schemars(with = "Vec<String>")]
    pub proof: Vec<Spanned<'a, String>>,
    /// Actors that this case adds to those of the scenario, or puts in their place.
    #[serde(default, borrow)]
    #[schemars(with = "BTreeMap<String, ActorDocument>")]
    pub actors: BTreeMap<String, &'a RawValue>,
    /// What takes the place of `{"case": {}}`.
    #[serde(borrow)]
    #[schemars(with = "Vec<super::step::StepDocument>", length(min = 1))]
    pub steps: Vec<&'a RawValue>,
}

/// One connection to the server under test. `{}` is a client with a generated id, in the
/// dialect and the Engine.IO generation of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Actor")]
pub struct ActorDocument {
    /// The client id under which the server must know this actor. Default: generated,
    /// unique in the world. `${a}` is the generated id of actor `a`, for two connections
    /// with one id; put `${run}` into an id of your own that may collide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Text>,
    /// No client id at all: the query has no `clientId`, nobody can address this actor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schemars(extend("default" = false))]
    pub anonymous: bool,
    /// The raw query string of the handshake, in place of `clientId=<client id>`. For
    /// broken or unusual queries; `client_id` says what the server must make of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<Text>,
    /// This actor always speaks this dialect, whatever the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = null))]
    #[schemars(with = "Option<sio_p2p_driver::schema::DialectName>")]
    pub dialect: Option<Dialect>,
    /// This actor always connects by this Engine.IO generation, whatever the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = null))]
    #[schemars(with = "Option<sio_p2p_driver::schema::EioNumber>")]
    pub eio: Option<u8>,
    /// Its requests do not state their generation, as `EIO`. It speaks 3, which `eio` of the
    /// scenario or actor has to say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schemars(extend("default" = false))]
    pub without_eio: bool,
    /// This actor is always carried in this way, whatever the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = null))]
    pub transport: Option<TransportName>,
    /// This actor is the client under test, made to act through a driver.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schemars(extend("default" = false))]
    pub driven: bool,
    /// Which of several servers this actor connects to, from 1. Default: actors are spread
    /// over them in the order of their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = null))]
    #[schemars(with = "Option<u8>", range(min = 1))]
    pub at_server: Option<std::num::NonZeroU8>,
}

/// The server of a scenario that judges a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServerRole {
    /// The runner itself, packet by packet as the scenario says.
    Scripted,
    /// The reference server; other actors are connections of the runner to it.
    Reference,
}

/// What it means to break a scenario, in the words of RFC 2119.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Breaking it is a failure: the server does not conform.
    Must,
    /// Breaking it is a warning: the server conforms but does worse than it should.
    Should,
    /// Not doing it is no defect: the verdict is "not applicable".
    May,
}

impl Level {
    /// The word of RFC 2119, in lower case.
    pub fn as_str(self) -> &'static str {
        name_of::<Self>(self as usize)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something a server may or may not offer and therefore has to declare (`--claim`)
/// before it is judged by it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// A second connection with a client id that is in use takes it over (`v2`, option
    /// `clientOverwrite` of the original).
    ClientOverwrite,
    /// A second connection with a client id that is in use is turned away (the default
    /// of the original in `v2`).
    ClientReject,
    /// A second connection with a client id that is in use takes it over, and neither of
    /// the two is told (the way of `v1`).
    ClientAllow,
    /// Byte streams between two clients.
    Stream,
    /// Services of clients: the API registry (`v2`).
    Service,
    /// Topics of services of clients (`v1`).
    Topic,
    /// Services of the server (`v1`); the conformance host provides some.
    ServerService,
    /// Topics of the server (`v1`), made by the conformance host.
    ServerTopic,
    /// APIs of the server (`v2`); the conformance host provides some.
    ServerApi,
    /// Streams that the server opens (`v2`), by the conformance host.
    ServerStream,
    /// Messages of the server (`v2`), sent by the conformance host.
    ServerEmit,
    /// Persistent messages of the server (`v2`), sent by the conformance host.
    Persistence,
    /// The server can be started with the settings that a scenario states. Only the one
    /// that is part of the runner can.
    Settings,
}

/// Settings of the reference server, by their names with dots.
pub type Settings = BTreeMap<String, serde_json::Value>;

impl Capability {
    /// The name used in scenarios and on the command line.
    pub fn as_str(self) -> &'static str {
        name_of::<Self>(self as usize)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A capability that the suite does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown capability {0:?}; there are {names}{meant}",
    meant = did_you_mean(.0, variants_of::<Capability>().iter().copied()),
    names = variants_of::<Capability>().join(", ")
)]
pub struct UnknownCapability(String);

impl FromStr for Capability {
    type Err = UnknownCapability;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name: StrDeserializer<'_, value::Error> = text.into_deserializer();
        Self::deserialize(name).map_err(|_| UnknownCapability(text.to_owned()))
    }
}
