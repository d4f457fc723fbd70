//! Lists of checks with a reason for each: how they are read, and how a check is found in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use sio_p2p_protocol::Dialect;

use crate::scenario::TransportName;
use crate::source::{Problem, Source};

/// What names a check in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct CheckKey {
    /// Id of the scenario, with its case if it has one.
    pub id: String,
    /// Dialect of the check.
    pub dialect: Dialect,
    /// Engine.IO generation of the check.
    pub eio: u8,
    /// Transport of the check.
    #[serde(default)]
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

/// What the entries of all lists say: a check, and a reason by a person.
#[derive(Deserialize)]
struct Listed {
    #[serde(flatten)]
    key: CheckKey,
    why: String,
}

/// How a list is read.
pub(super) struct Reading<'r, E> {
    /// The checks that exist. An entry for anything else is a problem, for nobody would ever
    /// notice that it is stale.
    pub(super) known: &'r BTreeSet<CheckKey>,
    /// The file is about to be rewritten: entries for other checks are left out, and no reason
    /// is asked for.
    pub(super) to_rewrite: bool,
    /// What the reason of an entry has to say.
    pub(super) asks: &'static str,
    /// What is wrong with an entry of this kind alone.
    pub(super) own_problem: fn(&E) -> Option<&'static str>,
}

impl<E: DeserializeOwned> Reading<'_, E> {
    /// The entries of a list by their checks; or all that is wrong with them.
    pub(super) fn read(
        &self,
        source: &Arc<Source>,
        entries: &[&RawValue],
    ) -> Result<BTreeMap<CheckKey, E>, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut list = BTreeMap::new();
        for raw in entries {
            let offset = source.offset_of(raw);
            // The kind says which members there may be, so it is read first.
            let read = serde_json::from_str::<E>(raw.get())
                .and_then(|entry| Ok((entry, serde_json::from_str::<Listed>(raw.get())?)));
            let (entry, Listed { key, why }) = match read {
                Ok(read) => read,
                Err(error) => {
                    problems.push(source.json_problem(offset, &error));
                    continue;
                }
            };
            let mut problem = |message: String| problems.push(source.problem(offset, message));
            if let Some(own) = (self.own_problem)(&entry) {
                problem(format!("{key}: {own}"));
            }
            let is_known = self.known.contains(&key);
            if self.to_rewrite {
                if is_known {
                    list.insert(key, entry);
                }
                continue;
            }
            if why.trim().is_empty() {
                problem(format!("{key}: `why` is empty; say {}", self.asks));
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
}
