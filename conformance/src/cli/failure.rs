//! Why a command cannot do its work, and the exit code for that.

use std::fmt::Display;

use crate::exit::Exit;
use crate::source::Problem;

/// Why a command ends early: what is to be told, and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    messages: Vec<String>,
    exit: Exit,
}

/// What a command comes to.
pub(super) type Outcome = Result<Exit, Failure>;

impl Failure {
    /// A failure that one sentence explains.
    pub(super) fn new(exit: Exit, why: impl Display) -> Self {
        Self {
            messages: vec![why.to_string()],
            exit,
        }
    }

    /// The command line makes no sense.
    pub(super) fn usage(why: impl Display) -> Self {
        Self::new(Exit::Usage, why)
    }

    /// An input is not valid.
    pub(super) fn input(why: impl Display) -> Self {
        Self::new(Exit::BadInput, why)
    }

    /// Everything that is wrong with an input, each with its place.
    pub(super) fn problems(problems: impl AsRef<[Problem]>) -> Self {
        let problems = problems.as_ref();
        Self {
            messages: problems.iter().map(ToString::to_string).collect(),
            exit: Exit::BadInput,
        }
    }

    /// Tells it on standard error and gives the exit code.
    pub(super) fn told(self) -> Exit {
        for message in self.messages {
            tell(&message);
        }
        self.exit
    }
}

/// Errors that end a command.
pub(super) trait OrFail<T> {
    /// The value; or a failure that says what could not be done, and why.
    fn or_fail(self, exit: Exit, what: impl Display) -> Result<T, Failure>;
}

impl<T, E: Display> OrFail<T> for Result<T, E> {
    fn or_fail(self, exit: Exit, what: impl Display) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, format!("{what}: {error}")))
    }
}

/// Tells one thing that is wrong. What a server has said may be part of it, so no control
/// sequence passes where nobody wants one.
pub(super) fn tell(message: &str) {
    anstream::eprintln!("error: {}", anstream::adapter::strip_str(message));
}
