//! The verbs that hold other steps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sio_p2p_protocol::Dialect;

use super::body::Nothing;
use super::clause::with_clause;

/// The verbs that hold other steps. They keep the text of those, so that every step knows
/// its line and column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(title = "Group", rename = "Group", transform = with_clause)]
pub enum Group<S> {
    /// All of these observations come true, in any order.
    All(Vec<S>),
    /// Exactly one of these sequences happens: the first whose first step, an
    /// observation, comes true is followed to its end. An alternative that is empty, or
    /// begins with `silent` or `unanswered`, is taken when fences show that none of the
    /// others has begun.
    AnyOf(Vec<Vec<S>>),
    /// The steps several times; `${n}` counts from 0.
    Repeat(Repeat<S>),
    /// The steps only in some dialects or Engine.IO generations.
    When(When<S>),
    /// The steps with another deadline for each.
    Within(Within<S>),
    /// The place of the steps of a case.
    Case(Nothing),
}

/// Body of `repeat`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Repeat")]
pub struct Repeat<S> {
    /// How often.
    #[schemars(range(min = 1, max = 100_000))]
    pub times: u32,
    /// What.
    pub steps: Vec<S>,
}

/// Body of `when`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "When")]
pub struct When<S> {
    /// Only if the run's dialect is one of these. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<sio_p2p_driver::schema::DialectName>")]
    pub dialects: Vec<Dialect>,
    /// Only if the run's Engine.IO generation is one of these. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<sio_p2p_driver::schema::EioNumber>")]
    pub eio: Vec<u8>,
    /// What.
    pub steps: Vec<S>,
}

/// Body of `within`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Within")]
pub struct Within<S> {
    /// Deadline of every single step inside, in milliseconds.
    #[schemars(range(min = 1, max = 60_000))]
    pub ms: u64,
    /// What.
    pub steps: Vec<S>,
}

impl<S> Group<S> {
    /// The lists of steps that it holds: several of `any_of`, otherwise at most one.
    pub fn lists(&self) -> impl Iterator<Item = &[S]> {
        let lists = match self {
            Self::All(steps)
            | Self::Repeat(Repeat { steps, .. })
            | Self::When(When { steps, .. })
            | Self::Within(Within { steps, .. }) => std::slice::from_ref(steps),
            Self::AnyOf(alternatives) => alternatives,
            Self::Case(_) => &[],
        };
        lists.iter().map(Vec::as_slice)
    }

    /// The same group with other steps.
    pub fn with<T>(&self, mut other: impl FnMut(&[S]) -> Vec<T>) -> Group<T> {
        match self {
            Self::All(steps) => Group::All(other(steps)),
            Self::AnyOf(lists) => Group::AnyOf(lists.iter().map(|steps| other(steps)).collect()),
            Self::Repeat(Repeat { times, steps }) => Group::Repeat(Repeat {
                times: *times,
                steps: other(steps),
            }),
            Self::When(when) => Group::When(When {
                dialects: when.dialects.clone(),
                eio: when.eio.clone(),
                steps: other(&when.steps),
            }),
            Self::Within(Within { ms, steps }) => Group::Within(Within {
                ms: *ms,
                steps: other(steps),
            }),
            Self::Case(nothing) => Group::Case(nothing.clone()),
        }
    }
}
