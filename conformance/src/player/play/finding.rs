//! What a play comes to, and what was found.

use crate::blame::{Blame, How, Sign};
use crate::scenario::Location;

/// What is said to have arrived when nothing has.
pub(crate) const NOTHING: &str = "nothing";

/// How playing a scenario ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// The server did something else.
    Broken(Finding),
    /// The server stopped serving, which is a failure whatever the scenario's level.
    Down(Finding),
    /// The server could not be talked to.
    Untestable(Finding),
    /// Not for this server, with the reason.
    NotApplicable(String),
    /// Nobody has tried, because there was no server any more.
    NotJudged(String),
}

/// What was found, where, and against what expectation.
#[derive(Debug, Clone)]
pub struct Finding {
    /// One sentence that is the same in every run: generated names are written as the
    /// scenario writes them. Baselines compare with its beginning.
    pub message: String,
    /// The step, if one is to blame.
    pub at: Option<Box<Location>>,
    /// What the step expected, if more than the message is to be said.
    pub expected: Option<String>,
    /// What was seen instead.
    pub actual: Option<String>,
    /// More for the reader: remarks of the scenario, last words of the server.
    pub notes: Vec<String>,
    /// In which way it is wrong, and who is to blame. Boxed, because findings are errors.
    pub reason: Option<Box<Reason>>,
}

/// In which way something is wrong, and who is to blame.
#[derive(Debug, Clone, Default)]
pub struct Reason {
    /// In which way.
    pub sign: Sign,
    /// Which clauses may be broken, when the step is known.
    pub blame: Option<Blame>,
}

impl Finding {
    /// A finding that is only a sentence.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at: None,
            expected: None,
            actual: None,
            notes: Vec::new(),
            reason: None,
        }
    }

    /// The same with both sides shown.
    #[must_use]
    pub fn comparing(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self.actual = Some(actual.into());
        self
    }

    /// In which way it is wrong.
    pub(crate) fn sign(&self) -> Sign {
        let reason = self.reason.as_ref();
        reason.map_or_else(Sign::default, |reason| reason.sign.clone())
    }

    /// Which clauses may be broken.
    pub(crate) fn blame(&self) -> Option<&Blame> {
        self.reason.as_ref()?.blame.as_ref()
    }

    pub(crate) fn reason_mut(&mut self) -> &mut Reason {
        self.reason.get_or_insert_default()
    }

    /// Nothing has come of what was waited for, nor anything else.
    pub(crate) fn is_silence(&self) -> bool {
        self.sign().how == How::Missing && self.actual.as_deref() == Some(NOTHING)
    }

    /// The same with the way in which it is wrong.
    #[must_use]
    pub fn signed(mut self, sign: impl Into<Sign>) -> Self {
        self.reason_mut().sign = sign.into();
        self
    }
}
