//! `p2p-conformance proxy`.

use std::time::Duration;

use super::args::ProxyArgs;
use super::interrupted;
use crate::exit::Exit;
use crate::proxy::{self, FaultyProxy};

/// Stands between clients and a server until it is interrupted.
pub(super) async fn proxy(args: ProxyArgs) -> Exit {
    let proxy = match FaultyProxy::new(&args.upstream, args.fault.clone(), args.spare) {
        Ok(proxy) => proxy.jittery(Duration::from_millis(args.jitter.into())),
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Usage;
        }
    };
    let bound = async {
        let listener = proxy::listen(&args.listen).await?;
        let address = listener.local_addr()?;
        std::io::Result::Ok((listener, address))
    };
    let (listener, address) = match bound.await {
        Ok(bound) => bound,
        Err(error) => {
            eprintln!("error: cannot listen on {}: {error}", args.listen);
            return Exit::CannotReach;
        }
    };
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
    Exit::Conforms
}
