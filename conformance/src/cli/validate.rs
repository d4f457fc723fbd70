//! `p2p-conformance validate`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use super::failure::{Failure, OrFail as _, Outcome};
use super::output;
use crate::exit::Exit;
use crate::files;
use crate::validate::{Options, validate};

/// Options of `validate`.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// What was captured; - stands for standard input. Raw frames stand one on each line
    /// (`42["ADD_TARGET","bob"]`), after > if the client sent them, after < if the server did;
    /// b begins an attachment in base64
    #[arg(default_value = "-")]
    pub file: Option<PathBuf>,
    /// Dialect of the clients [default: what they send tells it]
    #[arg(long, value_name = "v1|v2")]
    pub dialect: Option<Dialect>,
    /// Engine.IO generation of raw frames
    #[arg(long, value_name = "3|4", default_value = "4")]
    pub eio: EioVersion,
    /// What receivers take and no sender should write is a fault, not a note
    #[arg(long)]
    pub strict: bool,
}

/// How much is read: an input is held as a whole.
const MAX_INPUT: u64 = 256 << 20;

/// Looks at an input and tells what is wrong with it.
pub(super) fn validate_command(args: &ValidateArgs) -> Outcome {
    let (name, text) = input(args.file.as_deref())?;
    let options = Options {
        dialect: args.dialect,
        eio: args.eio,
    };
    let verdict = validate(&name, &text, options).map_err(Failure::input)?;
    if verdict.pieces == 0 {
        let why = format!(
            "{name} has no packets: expected raw frames, a recording, or a HAR file with the messages of a WebSocket"
        );
        return Err(Failure::new(Exit::NothingSelected, why));
    }
    let findings = verdict
        .findings
        .iter()
        .map(|finding| format!("{finding}\n"));
    let told = findings.collect::<String>();
    output::show(&format!("{told}{verdict}\n"))?;
    let is_wrong = |is_fault: bool| is_fault || args.strict;
    let is_failed = verdict
        .findings
        .iter()
        .any(|finding| is_wrong(finding.is_fault));
    Ok(if is_failed {
        Exit::ChecksFailed
    } else {
        Exit::Conforms
    })
}

/// The text of a file, or of standard input, and what it is called.
fn input(file: Option<&Path>) -> Result<(String, String), Failure> {
    let Some(path) = file.filter(|path| *path != Path::new("-")) else {
        let mut text = String::new();
        let what = "cannot read the standard input";
        let read = std::io::stdin()
            .take(MAX_INPUT + 1)
            .read_to_string(&mut text);
        let read = read.or_fail(Exit::BadInput, what)?;
        if read as u64 > MAX_INPUT {
            return Err(too_large("the standard input"));
        }
        return Ok(("-".to_owned(), files::without_mark(text)));
    };
    let what = format!("cannot read {}", path.display());
    let size = path.metadata().or_fail(Exit::BadInput, &what)?.len();
    if size > MAX_INPUT {
        return Err(too_large(&path.display().to_string()));
    }
    let text = files::read_text(path).or_fail(Exit::BadInput, &what)?;
    Ok((path.display().to_string(), text))
}

fn too_large(what: &str) -> Failure {
    let limit = MAX_INPUT >> 20;
    Failure::input(format!("{what} has more than {limit} MiB"))
}
