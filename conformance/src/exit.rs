//! How the program ends: the documented exit codes.

use std::process::ExitCode;

/// The exit codes of `p2p-conformance`. They are stable.
///
/// If several apply, the first in this order wins: [`Usage`](Self::Usage),
/// [`BadInput`](Self::BadInput), [`NothingSelected`](Self::NothingSelected),
/// [`CannotReach`](Self::CannotReach) before the first check,
/// [`ChecksFailed`](Self::ChecksFailed), [`CannotReach`](Self::CannotReach) during the run,
/// [`StaleBaseline`](Self::StaleBaseline), [`Conforms`](Self::Conforms).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: nothing failed that the baseline does not expect, nothing was untestable. Warnings
    /// do not count.
    Conforms = 0,
    /// 1: at least one check failed and the baseline does not expect it.
    ChecksFailed = 1,
    /// 2: the command line makes no sense.
    Usage = 2,
    /// 3: a scenario, a case file or the baseline is not valid.
    BadInput = 3,
    /// 4: the server could not be reached or started, or checks were untestable because it
    /// could not be talked to.
    CannotReach = 4,
    /// 5: every result is as expected, but entries of the baseline describe something that no
    /// longer happens.
    StaleBaseline = 5,
    /// 6: the selection matches no check.
    NothingSelected = 6,
    /// 7: the runner itself could not do its work, for example write a report.
    Trouble = 7,
}

impl Exit {
    /// All codes with a short meaning, for the help text.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Conforms, "conforms"),
        (
            Self::ChecksFailed,
            "checks failed that the baseline does not expect",
        ),
        (Self::Usage, "the command line makes no sense"),
        (
            Self::BadInput,
            "a scenario, a case file or the baseline is not valid",
        ),
        (
            Self::CannotReach,
            "the server could not be reached, started or talked to",
        ),
        (
            Self::StaleBaseline,
            "the baseline expects something that no longer happens",
        ),
        (Self::NothingSelected, "the selection matches no check"),
        (
            Self::Trouble,
            "the runner could not do its work, such as write a report",
        ),
    ];

    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
