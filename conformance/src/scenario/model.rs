//! What a scenario file says, as types: the envelope around the steps.
//!
//! Everything here denies unknown fields, so that a misspelt key is an error with a
//! place and not a rule that silently does nothing. The doc comments of this module
//! and of [`step`](super::step) become the descriptions in the scenario schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::spanned::Spanned;
use super::text::Text;
use sio_p2p_protocol::Dialect;

/// One scenario: who takes part, what they do, what must be seen, and which clauses
/// of the protocol that proves.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Scenario", extend("x-kind" = "scenario"))]
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
    /// What a failure means: see [`Level`].
    pub level: Level,
    /// The dialects in which the scenario is run, each with a result of its own.
    #[schemars(length(min = 1))]
    pub dialects: Vec<Dialect>,
    /// Only these Engine.IO generations make sense here. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<EioNumber>")]
    pub eio: Vec<u8>,
    /// Capabilities that the server must have declared; otherwise the scenario is not
    /// applicable. The Core and Message families need none.
    #[serde(default)]
    pub requires: Vec<Capability>,
    /// The connections that take part, by name. A name that never connects is a client
    /// id that nobody has.
    #[serde(borrow)]
    #[schemars(with = "BTreeMap<String, ActorDocument>")]
    pub actors: BTreeMap<String, Spanned<'a, ActorDocument>>,
    /// Deadline in milliseconds of every single step that waits. Default 2,000.
    #[serde(default)]
    pub deadline_ms: Option<u64>,
    /// What happens, in order.
    #[serde(borrow)]
    #[schemars(with = "Vec<super::step::StepDocument<'a>>", length(min = 1))]
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
    pub dialects: Vec<Dialect>,
    /// Engine.IO generations of this case. Default: the scenario's.
    #[serde(default)]
    #[schemars(with = "Vec<EioNumber>")]
    pub eio: Vec<u8>,
    /// Actors that this case adds to those of the scenario, or puts in their place.
    #[serde(default, borrow)]
    #[schemars(with = "BTreeMap<String, ActorDocument>")]
    pub actors: BTreeMap<String, Spanned<'a, ActorDocument>>,
    /// What takes the place of `{"case": {}}`.
    #[serde(borrow)]
    #[schemars(with = "Vec<super::step::StepDocument<'a>>", length(min = 1))]
    pub steps: Vec<&'a RawValue>,
}

/// One connection to the server under test. `{}` is a client with a generated id, in the
/// dialect and the Engine.IO generation of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Actor")]
pub struct ActorDocument {
    /// The client id under which the server must know this actor. Default: generated,
    /// unique in the world. `${a}` is the generated id of actor `a`, for two connections
    /// with one id; put `${run}` into an id of your own that may collide.
    #[serde(default)]
    pub client_id: Option<Text>,
    /// No client id at all: the query has no `clientId`, nobody can address this actor.
    #[serde(default)]
    pub anonymous: bool,
    /// The raw query string of the handshake, in place of `clientId=<client id>`. For
    /// broken or unusual queries; `client_id` says what the server must make of it.
    #[serde(default)]
    pub query: Option<Text>,
    /// This actor always speaks this dialect, whatever the run's.
    #[serde(default)]
    pub dialect: Option<Dialect>,
    /// This actor always connects by this Engine.IO generation, whatever the run's.
    #[serde(default)]
    #[schemars(with = "Option<EioNumber>")]
    pub eio: Option<u8>,
}

/// What it means to break a scenario, in the words of RFC 2119.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Breaking it is a failure: the server does not conform.
    Must,
    /// Breaking it is a warning: the server conforms but does worse than it should.
    Should,
    /// Not doing it is no defect: the verdict is "not applicable".
    May,
}

/// Something a server may or may not offer and therefore has to declare (`--claim`)
/// before it is judged by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// A second connection with a client id that is in use takes it over (`v2`, option
    /// `clientOverwrite` of the original).
    ClientOverwrite,
    /// A second connection with a client id that is in use is turned away (the default
    /// of the original in `v2`).
    ClientReject,
    /// Byte streams between two clients.
    Stream,
    /// Services (`v1`) and the API registry (`v2`).
    Service,
    /// Topics (`v1`).
    Topic,
}

/// Stand-in that describes an Engine.IO generation in the schema: 3 or 4.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "Eio", extend("enum" = [3, 4]))]
pub(crate) struct EioNumber(#[schemars(range(min = 3, max = 4))] u8);
