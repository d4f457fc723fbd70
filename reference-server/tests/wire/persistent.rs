//! Persistent messages: at least once, in order, whatever happens (SRV-MSG-27).

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sio_p2p_protocol::Arguments;
use sio_p2p_server::store::{MemoryStore, MessageStore, SqliteStore, StoreLimits};
use sio_p2p_server::{Args, Binary, Config, Handle, P2pServer};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::client::{Client, WAYS};
use crate::server::Server;

/// A server with a store, and its handle.
async fn start(store: impl MessageStore) -> (Server, Handle) {
    let server = P2pServer::builder().store(Arc::new(store)).build();
    let handle = server.handle();
    (Server::serving(server).await, handle)
}

fn memory() -> MemoryStore {
    MemoryStore::new(StoreLimits::default())
}

fn file(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder.join("messages"), StoreLimits::default()).unwrap()
}

fn list(json: &str) -> Args {
    Arguments::parse(json).unwrap().into()
}

/// Has the calls of an ack function told in words.
fn acks(handle: &Handle, name: &str) -> UnboundedReceiver<String> {
    let (told, calls) = unbounded_channel();
    let registration = handle.on_ack(name, move |acked| {
        let [args, answer] = [&acked.args, &acked.answer].map(|args| args.arguments().as_json());
        told.send(format!("{} {args} {answer}", acked.client)).ok();
    });
    // Registered for as long as the server lives.
    std::mem::forget(registration.unwrap());
    calls
}

/// The next packet must be an event with these contents; returns its ack id.
#[track_caller]
fn asked(packet: &str, expected: &str) -> String {
    let packet = packet.strip_prefix("42").expect("an event");
    let (id, data) = packet.split_at(packet.find('[').expect("arguments"));
    assert_eq!(data, expected);
    assert!(!id.is_empty(), "an ack must be asked for");
    id.to_owned()
}

#[tokio::test]
async fn a_message_reaches_a_client_that_is_there_and_its_ack_the_function() {
    for way in WAYS {
        let (server, handle) = start(memory()).await;
        let mut calls = acks(&handle, "onDone");
        let mut a = Client::join_by(way, &server, "a").await;
        let job = handle.emit_persistent("a", "job", "j1");
        let stored = job.ack("onDone", "extra").await.unwrap();
        let id = asked(&a.receive().await, r#"["job","j1"]"#);
        a.send(&format!(r#"43{id}["done j1"]"#)).await;
        assert_eq!(calls.recv().await.unwrap(), r#"a ["extra"] ["done j1"]"#);
        assert!(!stored.undo().await.unwrap(), "it is done with");
        a.fence().await;
    }
}

#[tokio::test]
async fn what_is_for_an_absent_client_comes_in_order_behind_the_connect_packet() {
    let (server, handle) = start(memory()).await;
    for number in 0..5 {
        let job = handle.emit_persistent("late", "job", number);
        job.await.unwrap();
    }
    for way in WAYS {
        // Each connection gets everything again, for nothing was acked.
        let mut late = Client::join_by(way, &server, "late").await;
        for number in 0..5 {
            asked(&late.receive().await, &format!(r#"["job",{number}]"#));
        }
        late.fence().await;
        late.send("41").await;
        let mut witness = Client::join(&server, "witness").await;
        witness.until_listed(r#"["witness"]"#).await;
    }
}

#[tokio::test]
async fn an_acked_message_never_comes_again_and_the_others_do() {
    let (server, handle) = start(memory()).await;
    let mut calls = acks(&handle, "done");
    for number in 0..100 {
        let job = handle.emit_persistent("a", "job", number);
        job.ack("done", ()).await.unwrap();
    }
    let mut witness = Client::join(&server, "witness").await;
    let mut left: Vec<u32> = (0..100).collect();
    let mut round = 0;
    while !left.is_empty() {
        let mut a = Client::join(&server, "a").await;
        let mut acked = Vec::new();
        for (position, number) in left.iter().enumerate() {
            let id = asked(&a.receive().await, &format!(r#"["job",{number}]"#));
            // Acked out of order, and not all.
            if (position * 7 + round) % 3 != 0 {
                acked.push(*number);
                a.send(&format!("43{id}[]")).await;
            }
        }
        // What the function has been called for is out of the store.
        for _ in &acked {
            calls.recv().await.unwrap();
        }
        a.fence().await;
        a.abort();
        witness.until_listed(r#"["witness"]"#).await;
        left.retain(|number| !acked.contains(number));
        round += 1;
    }
    assert!(round > 3);
}

#[tokio::test]
async fn a_message_that_was_taken_back_does_not_come() {
    let (server, handle) = start(memory()).await;
    let mut stored = Vec::new();
    for number in 0..3 {
        let job = handle.emit_persistent("a", "job", number);
        stored.push(job.await.unwrap());
    }
    assert!(stored[1].undo().await.unwrap());
    assert!(!stored[1].undo().await.unwrap());
    let mut a = Client::join(&server, "a").await;
    asked(&a.receive().await, r#"["job",0]"#);
    asked(&a.receive().await, r#"["job",2]"#);
    a.fence().await;
}

#[tokio::test]
async fn an_expired_message_does_not_come() {
    let (server, handle) = start(memory()).await;
    let past = SystemTime::now() - Duration::from_secs(1);
    let future = SystemTime::now() + Duration::from_hours(1);
    for (number, expires) in [(0, past), (1, future)] {
        let job = handle.emit_persistent("a", "job", number);
        job.expires(expires).await.unwrap();
    }
    let mut a = Client::join(&server, "a").await;
    asked(&a.receive().await, r#"["job",1]"#);
    a.fence().await;
}

/// The program ends and starts again; what it had stored and what it calls are found
/// by their names.
#[tokio::test]
async fn messages_and_their_ack_functions_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    {
        let (mut server, handle) = start(file(folder.path())).await;
        let mut a = Client::join(&server, "a").await;
        for number in 0..3 {
            let job = handle.emit_persistent("a", "job", number);
            job.ack("done", number).await.unwrap();
        }
        let mut calls = acks(&handle, "done");
        let ids: Vec<_> = {
            let mut ids = Vec::new();
            for number in 0..3 {
                ids.push(asked(&a.receive().await, &format!(r#"["job",{number}]"#)));
            }
            ids
        };
        a.send(&format!("43{}[]", ids[1])).await;
        assert_eq!(calls.recv().await.unwrap(), "a [1] []");
        drop(handle);
        server.stop();
        server.stopped().await;
    }
    let (server, handle) = start(reopened(folder.path()).await).await;
    let mut calls = acks(&handle, "done");
    let mut a = Client::join(&server, "a").await;
    for number in [0, 2] {
        let id = asked(&a.receive().await, &format!(r#"["job",{number}]"#));
        a.send(&format!("43{id}[true]")).await;
        let call = calls.recv().await.unwrap();
        assert_eq!(call, format!("a [{number}] [true]"));
    }
    a.fence().await;
}

/// A message with attachments is one text packet and its binary frames, in a second
/// life as in the first.
#[tokio::test]
async fn attachments_are_stored_too() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = || Binary::from(&b"\0\x01\xff"[..]);
    {
        let (_server, handle) = start(file(folder.path())).await;
        let job = handle.emit_persistent("a", "job", bytes());
        job.await.unwrap();
        let refusal = handle
            .emit_persistent("a", "job", ())
            .ack("done", bytes())
            .await;
        insta::assert_snapshot!(refusal.unwrap_err(), @"the arguments for the ack function 'done' hold binary data, which is not stored");
    }
    // The first server lets go of the file on its own time.
    let (server, _handle) = start(reopened(folder.path()).await).await;
    let mut a = Client::join(&server, "a").await;
    let header = a.receive().await;
    assert!(header.starts_with("451-"), "{header}");
    let frame = a.next().await.unwrap();
    assert!(format!("{frame:?}").contains(r"\0\x01\xff"), "{frame:?}");
}

/// Opens a file that a server which has ended may still hold for a moment, because
/// its tasks end on their own time.
async fn reopened(folder: &Path) -> SqliteStore {
    loop {
        match SqliteStore::open(folder.join("messages"), StoreLimits::default()) {
            Ok(store) => return store,
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_at_once() {
    let server = P2pServer::new(Config::default());
    let refusal = server.handle().emit_persistent("a", "job", ()).await;
    insta::assert_snapshot!(refusal.unwrap_err(), @"the server has no message store; give it one when you build it");

    let limits = StoreLimits {
        messages_per_client: 1,
        ..StoreLimits::default()
    };
    let (_server, handle) = start(MemoryStore::new(limits)).await;
    let refusal = handle.emit_persistent("a", "disconnect", ()).await;
    insta::assert_snapshot!(refusal.unwrap_err(), @"the event was not sent: Error: reserved-event-name: the event name `disconnect` is reserved by Socket.IO and is not delivered");
    handle.emit_persistent("a", "job", ()).await.unwrap();
    let refusal = handle.emit_persistent("a", "job", list("[1]")).await;
    insta::assert_snapshot!(refusal.unwrap_err(), @"the store holds as many messages for client `a` as it may: 1");
}
