//! Requirement sets: which clauses an implementation of a revision has to fulfil.
//!
//! A revision of the protocol is a number. Once it is frozen, neither a clause nor a
//! level of it changes, so an implementation of it stays conformant. New clauses belong to
//! the next revision. Scenarios that are younger than the revision that an implementation
//! claims are played, and not counted.

use std::fmt;

use serde_json::{Value, json};
use sio_p2p_protocol::{Clause, clauses};

/// A revision of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// Its number, from 1.
    pub number: u32,
    /// The fingerprint of its requirement set if that is frozen.
    pub frozen: Option<u64>,
}

/// All revisions, the oldest first; the last is the current one.
///
/// To open a new one, add it without a fingerprint, and what is new to `YOUNGER`. To
/// freeze it, put in its [`fingerprint`](Revision::fingerprint), which a test prints.
pub const REVISIONS: &[Revision] = &[
    Revision {
        number: 1,
        frozen: Some(0xac28_21ab_7bda_7cf4),
    },
    Revision {
        number: 2,
        frozen: None,
    },
];

/// The clauses that came after revision 1, each with the revision that brought it.
const YOUNGER: &[(&str, u32)] = &[
    ("SRV-CON-11", 2),
    ("SRV-CON-12", 2),
    ("SRV-CON-13", 2),
    ("SRV-CON-14", 2),
];

/// The revision that the register of clauses is at.
pub fn current() -> u32 {
    REVISIONS.last().map_or(1, |revision| revision.number)
}

/// The revision that brought a clause; 1 for one that the register does not have.
pub fn since(clause: &str) -> u32 {
    let younger = YOUNGER.iter().find(|(id, _)| *id == clause);
    younger.map_or(1, |(_, revision)| *revision)
}

/// What a frozen requirement set would have to be and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "revision {revision} is frozen, and its requirement set has changed: a clause or a level of it \
     is another one in the register; give what is new a revision of its own"
)]
pub struct Thawed {
    /// The revision.
    pub revision: u32,
}

impl Revision {
    /// The requirement set: every clause of this revision with its level.
    pub fn requirements(&self) -> Value {
        json!({
            "revision": self.number,
            "frozen": self.frozen.is_some(),
            "clauses": self.clauses().map(requirement).collect::<Vec<_>>(),
        })
    }

    fn clauses(&self) -> impl Iterator<Item = &'static Clause> {
        let number = self.number;
        let all = clauses().iter();
        all.filter(move |clause| since(clause.id.as_str()) <= number)
    }

    /// Whether a frozen set is what it was.
    ///
    /// # Errors
    ///
    /// It is frozen and has changed.
    pub fn check(&self) -> Result<(), Thawed> {
        match self.frozen {
            Some(frozen) if frozen != self.fingerprint() => Err(Thawed {
                revision: self.number,
            }),
            _ => Ok(()),
        }
    }

    /// A number that changes with every clause and level of the set, and with nothing else.
    pub fn fingerprint(&self) -> u64 {
        let mut lines: Vec<_> = self
            .clauses()
            .map(|clause| format!("{} {} {}\n", clause.id, clause.level, dialects(clause)))
            .collect();
        lines.sort();
        fnv(lines.concat().as_bytes())
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

fn requirement(clause: &Clause) -> Value {
    json!({
        "id": clause.id.as_str(),
        "level": clause.level,
        "role": clause.role,
        "dialects": clause.dialects,
        "since": since(clause.id.as_str()),
    })
}

fn dialects(clause: &Clause) -> String {
    let names: Vec<_> = clause.dialects.iter().map(ToString::to_string).collect();
    names.join(",")
}

/// FNV-1a, 64 bits: the same everywhere and for ever, which the standard library's is not.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_ascend_and_only_the_last_is_open() {
        for (index, revision) in REVISIONS.iter().enumerate() {
            assert_eq!(revision.number as usize, index + 1);
            let is_last = index + 1 == REVISIONS.len();
            assert!(is_last || revision.frozen.is_some());
        }
        for (id, revision) in YOUNGER {
            assert!(Clause::find(id).is_some(), "{id}");
            assert!((2..=current()).contains(revision), "{id}");
        }
    }

    #[test]
    fn frozen_revisions_have_not_changed() {
        for revision in REVISIONS {
            let fingerprint = revision.fingerprint();
            assert_eq!(revision.check(), Ok(()), "now it is {fingerprint:#x}");
        }
        let other = Revision {
            number: 1,
            frozen: Some(REVISIONS[0].fingerprint() ^ 1),
        };
        let told = other.check().unwrap_err().to_string();
        assert!(told.starts_with("revision 1 is frozen, and"), "{told}");
    }

    #[test]
    fn a_set_has_every_clause_of_its_revision() {
        let set = REVISIONS[0].requirements();
        let listed = set["clauses"].as_array().unwrap();
        let first = clauses()
            .iter()
            .filter(|clause| since(clause.id.as_str()) == 1);
        assert_eq!(listed.len(), first.count());
        assert_eq!(listed[0]["since"], 1);
        assert_eq!(fnv(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
