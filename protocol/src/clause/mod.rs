//! The register of requirements: what an implementation has to do, by id.
//!
//! An id runs unchanged through the spec, doc comments, schemas (`x-clause`),
//! scenarios and reports. It says who (`SRV` server, `CLI` client, `GEN`
//! anybody), which API (`CORE`, `MSG`, `STR`, `SVC`, and `CON` connection,
//! `ROB` robustness, `CLU` cluster), and a number:
//!
//! - 1 to 9 are the rules in the plugin's README, in its order;
//! - F1 to F9 are the steps of the README's description of how it works;
//! - 10 and up were added here, from what the published code does or from what
//!   a careful implementation has to do. `CON`, `ROB`, `CLU` and `CLI-CORE`
//!   have no README rules and count from 1.
//!
//! A number is never used again for something else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::dialect::Dialect;

mod client;
mod connection;
mod core;
mod general;
mod message;
mod robustness;
mod service;
mod stream;

/// One requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// The id that everything else points to.
    pub id: ClauseId,
    /// The dialects it applies to.
    pub dialects: &'static [Dialect],
    /// How binding it is.
    pub level: Level,
    /// What is required, in one sentence.
    pub text: &'static str,
    /// Where it comes from: a section of the plugin's README, or what was observed.
    pub source: &'static str,
    /// Who has to fulfil it.
    pub role: Role,
}

impl Clause {
    /// The clause with this id.
    pub fn find(id: &str) -> Option<&'static Self> {
        clauses().iter().find(|clause| clause.id.as_str() == id)
    }
}

/// How binding a clause is, in the words of RFC 2119.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Without it the implementation does not conform.
    Must,
    /// There can be reasons against it, but they need to be good.
    Should,
    /// Allowed; stated so that others can be prepared.
    May,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        })
    }
}

/// Who has to fulfil a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The server.
    Server,
    /// The client library.
    Client,
    /// Both, or whoever runs them.
    General,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::General => "general",
        })
    }
}

/// The id of a clause in the register; no other can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseId(&'static str);

impl ClauseId {
    /// The id as text, such as `SRV-CORE-F2`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The part before the number, such as `SRV-CORE`.
    pub fn family(self) -> &'static str {
        self.0.rsplit_once('-').map_or(self.0, |(family, _)| family)
    }

    /// The clause itself; every id has one.
    pub fn clause(self) -> Option<&'static Clause> {
        Clause::find(self.0)
    }
}

/// Names a clause in a declaration. A test makes sure that the register has it.
pub(crate) const fn id(text: &'static str) -> ClauseId {
    ClauseId(text)
}

impl fmt::Display for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// An id that the register does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown clause `{0}`")]
pub struct UnknownClause(String);

impl FromStr for ClauseId {
    type Err = UnknownClause;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Clause::find(text)
            .map(|clause| clause.id)
            .ok_or_else(|| UnknownClause(text.to_owned()))
    }
}

impl Serialize for ClauseId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for ClauseId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ClauseId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClauseId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The id of a requirement in the clause register.",
            "type": "string",
            "pattern": "^(GEN|SRV|CLI)(-[A-Z]+)?-F?[0-9]+$",
            "examples": ["SRV-CORE-F2"],
        })
    }
}

/// Every clause, sorted by family as listed in the module documentation.
pub fn clauses() -> &'static [Clause] {
    const PARTS: &[&[Clause]] = &[
        general::CLAUSES,
        connection::CLAUSES,
        core::CLAUSES,
        message::CLAUSES,
        stream::CLAUSES,
        service::CLAUSES,
        robustness::CLAUSES,
        client::CLAUSES,
    ];
    const COUNT: usize = {
        let (mut count, mut part) = (0, 0);
        while part < PARTS.len() {
            count += PARTS[part].len();
            part += 1;
        }
        count
    };
    const ALL: [Clause; COUNT] = {
        let mut all = [PARTS[0][0]; COUNT];
        let (mut at, mut part) = (0, 0);
        while part < PARTS.len() {
            let mut i = 0;
            while i < PARTS[part].len() {
                all[at] = PARTS[part][i];
                at += 1;
                i += 1;
            }
            part += 1;
        }
        all
    };
    static CLAUSES: [Clause; COUNT] = ALL;
    &CLAUSES
}

/// Writes a part of the register as a table.
macro_rules! register {
    ($role:ident: $($id:literal $dialects:ident $level:ident $source:literal: $text:literal;)+) => {
        pub(super) const CLAUSES: &[$crate::Clause] = &[
            $($crate::Clause {
                id: $crate::clause::id($id),
                dialects: $crate::clause::dialects::$dialects,
                level: $crate::Level::$level,
                text: $text,
                source: $source,
                role: $crate::Role::$role,
            },)+
        ];
    };
}
use register;

/// The dialect columns of the register's tables.
mod dialects {
    use crate::dialect::Dialect;

    pub(super) const BOTH: &[Dialect] = &Dialect::ALL;
    pub(super) const V1: &[Dialect] = &[Dialect::V1];
    pub(super) const V2: &[Dialect] = &[Dialect::V2];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_well_formed_and_parse_back() {
        let mut seen = BTreeSet::new();
        for clause in clauses() {
            let text = clause.id.as_str();
            assert!(seen.insert(text), "{text} twice");
            assert_eq!(text.parse(), Ok(clause.id));
            let (family, number) = text.rsplit_once('-').unwrap();
            assert!(family.starts_with("SRV-") || family.starts_with("CLI-") || family == "GEN");
            assert!(
                number.trim_start_matches('F').parse::<u8>().is_ok(),
                "{text}"
            );
        }
        assert_eq!(
            "SRV-CORE-99".parse::<ClauseId>(),
            Err(UnknownClause("SRV-CORE-99".into()))
        );
    }

    #[test]
    fn texts_are_one_sentence() {
        for clause in clauses() {
            let text = clause.text;
            assert!(text.ends_with('.'), "{}: {text}", clause.id);
            assert!(
                !text[..text.len() - 1].contains(". "),
                "{}: {text}",
                clause.id
            );
            assert!(
                text.chars().next().unwrap().is_uppercase(),
                "{}: {text}",
                clause.id
            );
        }
    }
}
