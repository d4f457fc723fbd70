//! Consumers that do not read (SRV-ROB-10).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::client::{Client, Eio, Transport};
use crate::server::{Server, config};

/// Joins, links itself with `source`, and reads nothing from then on.
async fn sleeper(server: &Server, source: &mut Client, way: (Eio, Transport)) -> Client {
    let mut sleeper = Client::join_by(way, server, "sleeper").await;
    sleeper.send(r#"421["ADD_TARGET","source"]"#).await;
    let asked = source.receive().await;
    let id = asked
        .strip_suffix(r#"["ADD_TARGET","sleeper"]"#)
        .expect(&asked);
    source.send(&format!("43{}[]", &id[2..])).await;
    sleeper.expect("431[]").await;
    sleeper
}

/// Sends messages until the sleeper is gone and returns how many it took.
async fn flood(source: &mut Client, size: usize) -> usize {
    let text = "x".repeat(size);
    for sent in 0..2_000 {
        source
            .send(&format!(r#"42["P2P_EMIT","sleeper","e",["{text}"],null]"#))
            .await;
        source
            .send(r#"420["GET_CLIENT_CONNECTED_STATUS","sleeper"]"#)
            .await;
        let mut told = false;
        loop {
            match source.receive().await.as_str() {
                "430[true]" => break,
                "430[null]" => {
                    assert!(told, "linked peers are told before anybody can ask");
                    return sent;
                }
                r#"42["TARGET_DISCONNECT","sleeper"]"# => told = true,
                other => panic!("unexpected {other}"),
            }
        }
    }
    panic!("the sleeper is still there");
}

/// A queue that is full by bytes ends the consumer at once, and with it the
/// waiting of everybody who is linked with it.
#[tokio::test]
async fn a_consumer_that_is_too_far_behind_is_disconnected() {
    let server = Server::with(config(|config| {
        config.queue.bytes = 2_000_000;
    }))
    .await;
    let mut source = Client::join(&server, "source").await;
    for eio in [Eio::Three, Eio::Four] {
        let _asleep = sleeper(&server, &mut source, (eio, Transport::WebSocket)).await;
        let taken = flood(&mut source, 100_000).await;
        // The queue holds 20 of them; what is beyond that is in TCP buffers.
        assert!(taken >= 20, "it had to take 20 messages and took {taken}");
    }
    // On polling nothing but the queue takes messages, so they can be counted.
    let _asleep = sleeper(&server, &mut source, (Eio::Four, Transport::Polling)).await;
    let taken = flood(&mut source, 99_000).await;
    assert_eq!(taken, 20);
}

/// Many that are each within their own bound are not within that of all.
#[tokio::test]
async fn all_queues_together_are_bounded() {
    let server = Server::with(config(|config| config.queue.total_bytes = 1_000_000)).await;
    let mut source = Client::join(&server, "source").await;
    let mut reader = Client::join(&server, "reader").await;
    let text = "x".repeat(90_000);
    let mut sleepers = Vec::new();
    for n in 0..6 {
        let way = (Eio::Four, Transport::Polling);
        sleepers.push(Client::join_by(way, &server, &format!("s{n}")).await);
        for _ in 0..2 {
            source
                .send(&format!(r#"42["P2P_EMIT","s{n}","e",["{text}"],null]"#))
                .await;
        }
    }
    // Five have twice as much as is free, and fill what all may have together. The sixth is
    // let go of with its second message; who reads is not.
    source
        .until_listed(r#"["source","reader","s0","s1","s2","s3","s4"]"#)
        .await;
    source
        .send(&format!(r#"42["P2P_EMIT","reader","e",["{text}"],null]"#))
        .await;
    reader.expect(&format!(r#"42["e","{text}"]"#)).await;
    // What has gone counts no more.
    for sleeper in sleepers {
        sleeper.abort();
    }
}

/// The same by number of packets.
#[tokio::test]
async fn a_queue_is_bounded_in_packets_too() {
    let server = Server::with(config(|config| {
        config.queue.packets = 30;
    }))
    .await;
    let mut source = Client::join(&server, "source").await;
    let _asleep = sleeper(&server, &mut source, (Eio::Three, Transport::Polling)).await;
    assert_eq!(flood(&mut source, 1).await, 30);
}

/// A backlog that is worked off does not count: only what waits does.
#[tokio::test]
async fn a_consumer_that_keeps_up_may_take_any_amount() {
    let server = Server::with(config(|config| {
        config.queue.packets = 30;
        config.queue.bytes = 10_000;
    }))
    .await;
    let mut source = Client::join(&server, "source").await;
    for (number, way) in crate::client::WAYS.into_iter().enumerate() {
        let id = format!("reader{number}");
        let mut reader = Client::join_by(way, &server, &id).await;
        let text = "x".repeat(900);
        for _ in 0..20 {
            for _ in 0..10 {
                source
                    .send(&format!(r#"42["P2P_EMIT","{id}","e",["{text}"],null]"#))
                    .await;
            }
            for _ in 0..10 {
                reader.expect(&format!(r#"42["e","{text}"]"#)).await;
            }
        }
    }
}

/// Who sends more at once than may wait for a client that reads is held up, and nobody
/// loses anything.
#[tokio::test]
async fn a_burst_waits_for_a_reader() {
    const MESSAGES: usize = 500;
    let server = Arc::new(Server::with(config(|config| config.queue.packets = 200)).await);
    for (number, way) in crate::client::WAYS.into_iter().enumerate() {
        let id = format!("reader{number}");
        let mut reader = Client::join_by(way, &server, &id).await;
        let senders: Vec<_> = (0..2)
            .map(|sender| {
                let (server, id) = (Arc::clone(&server), id.clone());
                tokio::spawn(async move {
                    let mut source = Client::join(&server, "").await;
                    for n in 0..MESSAGES {
                        source
                            .send(&format!(r#"42["P2P_EMIT","{id}","e",[{sender},{n}],null]"#))
                            .await;
                    }
                    source
                })
            })
            .collect();
        let mut next = [0; 2];
        for _ in 0..2 * MESSAGES {
            let packet = reader.receive().await;
            let sender = usize::from(packet.starts_with(r#"42["e",1,"#));
            assert_eq!(packet, format!(r#"42["e",{sender},{}]"#, next[sender]));
            next[sender] += 1;
        }
        for sender in senders {
            sender.await.unwrap().fence().await;
        }
    }
}

/// A blocked TCP connection is dropped even if its queue has room.
#[tokio::test]
async fn a_stalled_connection_is_dropped() {
    let server = Server::with(config(|config| {
        config.queue.write_stall = Duration::from_millis(300);
        config.queue.bytes = 1 << 30;
    }))
    .await;
    let mut source = Client::join(&server, "source").await;
    let asleep = sleeper(&server, &mut source, (Eio::Four, Transport::WebSocket)).await;
    // More than any TCP buffer takes.
    let text = "x".repeat(900_000);
    for _ in 0..60 {
        source
            .send(&format!(r#"42["P2P_EMIT","sleeper","e",["{text}"],null]"#))
            .await;
    }
    source.expect(r#"42["TARGET_DISCONNECT","sleeper"]"#).await;
    drop(asleep);
}

/// One slow member of a room does not hold up the others.
#[tokio::test]
async fn a_slow_member_of_a_room_leaves_the_others_alone() {
    let server = Server::with(config(|config| {
        config.queue.packets = 30;
    }))
    .await;
    let mut source = Client::join(&server, "source").await;
    let mut members = Vec::new();
    for n in 0..20 {
        let transport = if n % 2 == 0 {
            Transport::WebSocket
        } else {
            Transport::Polling
        };
        let mut member = Client::join_by((Eio::Four, transport), &server, &format!("m{n}")).await;
        member.send(r#"421["JOIN_ROOM","r"]"#).await;
        member.expect("431[null]").await;
        members.push(member);
    }
    for n in 0..40 {
        source
            .send(&format!(r#"42["EMIT_ROOM","r","e",{n}]"#))
            .await;
        // Those on WebSocket read; those on polling sleep.
        for member in members.iter_mut().step_by(2) {
            member.expect(&format!(r#"42["e",{n}]"#)).await;
        }
    }
    let awake: Vec<_> = (0..20).step_by(2).map(|n| format!(r#""m{n}""#)).collect();
    source
        .until_listed(&format!(r#"["source",{}]"#, awake.join(",")))
        .await;
}

/// While a flooder fills one stalled receiver after the other, each holds exactly
/// as much as is allowed and is closed, and two clients that have nothing to do
/// with it miss nothing and keep their order. `cargo xtask measure stall` has the
/// figures.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_at_stalled_receivers_costs_nobody_else() {
    const SIZE: usize = 99_000;
    const ROUNDS: u32 = 300;
    let server = Arc::new(Server::with(config(|config| config.queue.bytes = 1_000_000)).await);
    let mut a = Client::join(&server, "a").await;
    let mut b = Client::join_by((Eio::Three, Transport::WebSocket), &server, "b").await;

    let quiet = Arc::new(AtomicBool::new(false));
    let flooding = tokio::spawn({
        let (server, quiet) = (Arc::clone(&server), Arc::clone(&quiet));
        async move {
            let mut source = Client::join(&server, "source").await;
            let mut closed = 0_u32;
            // At least two, however quick the others are.
            while closed < 2 || !quiet.load(Ordering::Relaxed) {
                let eio = [Eio::Three, Eio::Four][usize::from(closed.is_multiple_of(2))];
                let _asleep = sleeper(&server, &mut source, (eio, Transport::Polling)).await;
                // Ten fit into a million bytes, and not one more.
                assert_eq!(flood(&mut source, SIZE).await, 10);
                closed += 1;
            }
            closed
        }
    });

    for round in 0..ROUNDS {
        for n in 0..10 {
            a.send(&format!(r#"42["P2P_EMIT","b","n",[{round},{n}],null]"#))
                .await;
        }
        a.send(r#"421["P2P_EMIT","b","done",[]]"#).await;
        for n in 0..10 {
            b.expect(&format!(r#"42["n",{round},{n}]"#)).await;
        }
        let asked = b.receive().await;
        let id = asked.strip_suffix(r#"["done"]"#).expect(&asked);
        b.send(&format!("43{}[{round}]", &id[2..])).await;
        a.expect(&format!("431[{round}]")).await;
    }
    quiet.store(true, Ordering::Relaxed);
    assert!(flooding.await.unwrap() >= 2);
    a.until_listed(r#"["a","b"]"#).await;
}
