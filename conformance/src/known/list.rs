//! Lists of checks with a reason for each: how they are read, and how a check is found in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use sio_p2p_protocol::Dialect;

use crate::scenario::TransportName;
use crate::source::{Problem, Source};

/// What names a check in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckKey {
    /// Id of the scenario, with its case if it has one.
    pub id: String,
    /// Dialect of the check.
    pub dialect: Dialect,
    /// Engine.IO generation of the check.
    pub eio: u8,
    /// Transport of the check.
    pub transport: TransportName,
}

impl fmt::Display for CheckKey {
    /// `message-with-ack in v1 over Engine.IO 4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            dialect,
            eio,
            transport,
        } = self;
        let suffix = transport.suffix();
        write!(f, "{id} in {dialect} over Engine.IO {eio}{suffix}")
    }
}

/// One entry of a list.
pub(super) trait Listed: DeserializeOwned {
    /// What its `why` has to say.
    const ASKS: &str;

    /// The check.
    fn key(&self) -> CheckKey;

    /// The reason, by a person.
    fn why(&self) -> &str;

    /// What is wrong with an entry of this kind alone.
    fn own_problem(&self) -> Option<&'static str> {
        None
    }
}

/// The entries of a list. `known` are the checks that exist: an entry for anything else is a
/// problem, for nobody would ever notice that it is stale. When the file is about to be
/// rewritten, such entries are left out, and no reason is asked for.
pub(super) fn read<E: Listed>(
    source: &Arc<Source>,
    entries: &[&RawValue],
    known: &BTreeSet<CheckKey>,
    to_rewrite: bool,
) -> Result<BTreeMap<CheckKey, E>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut list = BTreeMap::new();
    for raw in entries {
        let offset = source.offset_of(raw);
        let entry: E = match serde_json::from_str(raw.get()) {
            Ok(entry) => entry,
            Err(error) => {
                problems.push(source.json_problem(offset, &error));
                continue;
            }
        };
        let key = entry.key();
        let mut problem = |message: String| problems.push(source.problem(offset, message));
        if let Some(own) = entry.own_problem() {
            problem(format!("{key}: {own}"));
        }
        let is_known = known.contains(&key);
        if to_rewrite {
            if is_known {
                list.insert(key, entry);
            }
            continue;
        }
        if entry.why().trim().is_empty() {
            problem(format!("{key}: `why` is empty; say {}", E::ASKS));
        }
        if !is_known {
            problem(format!("there is no check {key}"));
        }
        if list.contains_key(&key) {
            problem(format!("{key} is listed already"));
        }
        list.insert(key, entry);
    }
    if problems.is_empty() {
        Ok(list)
    } else {
        Err(problems)
    }
}
