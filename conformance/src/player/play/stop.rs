//! Why a play ends before its last step.

use super::finding::Finding;
use crate::blame::Sign;

/// Why a play ends before its last step.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The server did something else than it should.
    Broken(Finding),
    /// The server could not be talked to.
    Untestable(Finding),
    /// The client under test died, which is a failure whatever the level.
    Down(Finding),
    /// It does not concern this implementation.
    NotApplicable(Finding),
}

impl Stop {
    /// The server did something else than it should; only a sentence to say.
    pub(crate) fn broken(message: impl Into<String>) -> Self {
        Self::Broken(Finding::new(message))
    }

    /// The same with both sides shown.
    #[must_use]
    pub(crate) fn comparing(
        mut self,
        expected: impl Into<String>,
        actual: impl Into<String>,
    ) -> Self {
        let finding = self.finding();
        finding.expected = Some(expected.into());
        finding.actual = Some(actual.into());
        self
    }

    /// The same with the way in which it is wrong.
    #[must_use]
    pub(crate) fn signed(mut self, sign: impl Into<Sign>) -> Self {
        self.finding().reason_mut().sign = sign.into();
        self
    }

    pub(crate) fn finding(&mut self) -> &mut Finding {
        match self {
            Self::Broken(finding)
            | Self::Untestable(finding)
            | Self::Down(finding)
            | Self::NotApplicable(finding) => finding,
        }
    }
}

/// What is wrong in words.
impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self::broken(message)
    }
}
