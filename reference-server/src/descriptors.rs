//! The descriptors that the program may have.

/// Asks for as many as the program may ask for. Each client needs one, and most systems
/// give a program far fewer than it may have.
#[cfg(unix)]
pub(crate) fn ask_for_more() {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the limit of descriptors stays as it is");
    }
}

/// Nothing is known about them here.
#[cfg(not(unix))]
pub(crate) fn ask_for_more() {}
