//! `p2p-conformance proxy`.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;

use super::args::ProxyArgs;
use super::failure::{Failure, Outcome};
use super::interrupted;
use crate::exit::Exit;
use crate::proxy::{self, FaultyProxy};

/// Stands between clients and a server until it is interrupted.
pub(super) async fn proxy(args: ProxyArgs) -> Outcome {
    let proxy = FaultyProxy::new(&args.upstream, args.fault.clone(), args.spare)
        .map_err(Failure::usage)?
        .jittery(Duration::from_millis(args.jitter.into()));
    let (listener, address) = listen(&args.listen).await?;
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
pub(super) async fn listen(at: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = async {
        let listener = proxy::listen(at).await?;
        let address = listener.local_addr()?;
        std::io::Result::Ok((listener, address))
    };
    bound.await.map_err(|error| {
        let why = format!("cannot listen on {at}: {error}");
        Failure::new(Exit::CannotReach, why)
    })
}
