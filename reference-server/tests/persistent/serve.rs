//! The server that is killed: an embedder with a store in a file.
//!
//! Standard input: `emit CLIENT N`. Standard output: `listening`, `stored CLIENT N`
//! once a message is safe, `acked CLIENT N` once it is out of the store.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sio_p2p_server::store::{SqliteStore, StoreLimits};
use sio_p2p_server::{Config, P2pServer};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) fn serve(database: &Path, port: u16) {
    let runtime = Runtime::new().expect("threads can be started");
    let _inside = runtime.enter();
    let store = SqliteStore::open(database, StoreLimits::default()).expect("the store opens");
    // A polling client whose connection breaks is only missed by its heartbeat, and
    // until then nobody else may have its id.
    let mut config = Config::default();
    config.engine.ping_interval = Duration::from_secs(2);
    config.engine.ping_timeout = Duration::from_secs(4);
    let server = P2pServer::builder()
        .config(config)
        .store(Arc::new(store))
        .build();
    let handle = server.handle();
    // Registered before clients come: messages of an earlier life are acked, too.
    let _registration = handle
        .on_ack("done", |acked| {
            let number: u64 = acked.args.parse().expect("a number");
            println!("acked {} {number}", acked.client);
        })
        .expect("there is a store");
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", port)));
    let listener = listener.expect("the port of the earlier life is free");
    tokio::spawn(server.serve(listener, std::future::pending()));
    println!("listening");

    for line in std::io::stdin().lines() {
        let line = line.expect("orders are text");
        let emit = line.strip_prefix("emit ").expect(&line);
        let (client, number) = emit.split_once(' ').expect(&line);
        let number: u64 = number.parse().expect(number);
        let message = handle.emit_persistent(client, "job", number);
        let message = message.ack("done", number);
        // One task each, because saving waits for the disk. The test has one message
        // for each client under way, so their order is kept.
        tokio::spawn(async move {
            message.await.expect("it is stored");
            println!("stored {}", line.trim_start_matches("emit "));
        });
    }
}
