//! `p2p-conformance`: checks whether an implementation follows the protocol.

use std::process::ExitCode;

fn main() -> ExitCode {
    sio_p2p_conformance::cli::main().into()
}
