//! The loop of a driver.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader, stdin},
    task::{LocalSet, spawn_local},
};

use crate::line::{Command, Failure, Hello, Reply};

/// The error by which a driver says that it does not know a command.
pub const UNSUPPORTED: &str = "unsupported";

/// Why a driver cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Standard input cannot be read.
    #[error("cannot read commands: {0}")]
    Input(#[from] io::Error),
    /// Nobody knows to which command that would have to be replied.
    #[error("line {number} of standard input is no command: {error}")]
    Line {
        /// The number of the line, from 1.
        number: u64,
        /// What is wrong with it.
        error: serde_json::Error,
    },
}

/// Says hello and obeys commands, until there are no more or one of them is `exit`.
///
/// Commands are begun in the order in which they come, on this thread, and none waits for another:
/// what `obey` gives is a task of its own, first polled before the next command is begun. What is
/// sent before the first wait is sent in order, therefore. These tasks may start others by
/// [`spawn_local`].
///
/// What comes of a task is replied. `exit` and what this version of the protocol does not know
/// never reach `obey`.
///
/// ```no_run
/// use serde_json::Value;
/// use sio_p2p_driver::{Command, Failure, Hello, UNSUPPORTED, run};
///
/// async fn obey(command: Command) -> Result<Value, Failure> {
///     match command {
///         Command::Clients {} => Ok(vec!["alice", "bob"].into()),
///         _ => Err(UNSUPPORTED.into()),
///     }
/// }
///
/// # async fn f(hello: Hello) -> Result<(), sio_p2p_driver::RunError> {
/// run(&hello, obey).await
/// # }
/// ```
pub async fn run<Work>(hello: &Hello, obey: impl Fn(Command) -> Work) -> Result<(), RunError>
where
    Work: Future<Output = Result<Value, Failure>> + 'static,
{
    say(hello);
    LocalSet::new().run_until(obey_lines(obey)).await
}

async fn obey_lines<Work>(obey: impl Fn(Command) -> Work) -> Result<(), RunError>
where
    Work: Future<Output = Result<Value, Failure>> + 'static,
{
    let mut lines = BufReader::new(stdin()).lines();
    let mut number = 0;
    while let Some(line) = lines.next_line().await? {
        number += 1;
        let line: Line =
            serde_json::from_str(&line).map_err(|error| RunError::Line { number, error })?;
        let id = line.id;
        match Command::deserialize(line.command) {
            Ok(Command::Exit {}) => {
                say(&Reply::new(id, Ok(Value::Null)));
                break;
            }
            Ok(Command::Unknown) => say(&Reply::new(id, Err(UNSUPPORTED.into()))),
            Ok(command) => {
                let work = obey(command);
                spawn_local(async move { say(&Reply::new(id, work.await)) });
            }
            Err(error) => say(&Reply::new(id, Err(error.into()))),
        }
    }
    Ok(())
}

/// A command of which only the number is understood.
#[derive(Debug, Deserialize)]
struct Line {
    id: u64,
    #[serde(flatten)]
    command: Value,
}

/// Prints a line at once: an [`Event`](crate::Event), or whatever else is written like one.
pub fn say(line: &impl Serialize) {
    let mut output = io::stdout().lock();
    // If nobody listens any more, the end of standard input will say so, too.
    if serde_json::to_writer(&mut output, line).is_ok() {
        let _ = output.write_all(b"\n").and_then(|()| output.flush());
    }
}
