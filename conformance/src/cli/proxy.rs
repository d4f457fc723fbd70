//! `p2p-conformance proxy`.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;

use super::args::ProxyArgs;
use super::failure::{Failure, OrFail as _, Outcome};
use super::interrupted;
use crate::exit::Exit;
use crate::proxy::FaultyProxy;

/// Stands between clients and a server until it is interrupted.
pub(super) async fn proxy(args: ProxyArgs) -> Outcome {
    let access = args.http.access()?;
    let proxy = FaultyProxy::reaching(&args.upstream, &access, args.fault.clone(), args.spare)
        .map_err(Failure::usage)?
        .jittery(Duration::from_millis(args.jitter.into()));
    let (address, listener) = listen(&args.listen).await?;
    let wrong = match &args.fault {
        Some(fault) => format!("with the fault {fault}"),
        None => "with nothing wrong".to_owned(),
    };
    let slow = match args.jitter {
        0 => String::new(),
        ms => format!(", each message after 0 to {ms} ms"),
    };
    eprintln!(
        "proxy: clients connect to http://{address} by websocket, which passes them on to {} \
         {wrong}{slow}; ctrl-c ends it",
        args.upstream
    );
    tokio::select! {
        () = proxy.serve(listener) => {}
        () = interrupted() => {}
    }
    Ok(Exit::Conforms)
}

/// Listens at this address; gives the one that it is at.
pub(super) async fn listen(at: &str) -> Result<(SocketAddr, TcpListener), Failure> {
    let bound = TcpListener::bind(at).await;
    bound
        .and_then(|listener| Ok((listener.local_addr()?, listener)))
        .or_fail(Exit::CannotReach, format_args!("cannot listen on {at}"))
}
