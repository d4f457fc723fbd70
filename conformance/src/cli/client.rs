//! `p2p-conformance client`.

use super::args::ClientArgs;
use super::failure::{Failure, Outcome};
use super::{driver, run};

/// Plays the scenarios about clients.
pub(super) async fn client(args: ClientArgs) -> Outcome {
    if !args.run.url.is_empty() || args.run.start.is_some() {
        let why = "a client is judged through --cmd; it is told where its server is";
        return Err(Failure::usage(why));
    }
    let http = &args.run.access.http;
    if http.ca.is_some() || http.insecure || http.proxy.is_some() {
        let why = "the server of a client is the suite itself, on this machine and without TLS: \
                   --ca, --insecure and --proxy are for servers";
        return Err(Failure::usage(why));
    }
    let driver = driver::ask(&args.cmd).await?;
    run::judge(args.run, Some(driver)).await
}
