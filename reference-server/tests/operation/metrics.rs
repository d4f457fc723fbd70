//! The figures are those of what was done, exactly.

use std::collections::HashMap;

use crate::client::{Client, Counted};
use crate::http::get;
use crate::server::Server;

/// All counters that are not zero, apart from those of TCP, whose bytes depend on
/// how packets fall.
fn counted(metrics: &HashMap<String, f64>) -> Vec<String> {
    let mut lines: Vec<_> = metrics
        .iter()
        .filter(|(name, value)| {
            let measured = ["p2p_relay", "p2p_ack_round", "p2p_start", "p2p_tcp"];
            **value != 0.0 && !measured.iter().any(|prefix| name.starts_with(prefix))
        })
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    lines.sort();
    lines
}

fn sum(all: &[Counted]) -> Counted {
    let add = |a: (usize, usize), b: (usize, usize)| (a.0 + b.0, a.1 + b.1);
    all.iter().fold(Counted::default(), |sum, one| Counted {
        sent: add(sum.sent, one.sent),
        received: add(sum.received, one.received),
    })
}

/// Every counter that is not zero after [`every_figure_is_exact`], apart from the sums.
const COUNTED: &str = r#"
p2p_acks_sent_total 6
p2p_acks_total 2
p2p_apis 1
p2p_build_info{version="0.1.0"} 1
p2p_clients 2
p2p_connections{eio="4",dialect="v2"} 2
p2p_events_sent_total 13
p2p_failures_total{code="add-target-not-connected"} 1
p2p_failures_total{code="duplicate-client-id"} 1
p2p_failures_total{code="message-target-not-connected"} 1
p2p_failures_total{code="target-not-found"} 1
p2p_failures_total{code="target-not-registered"} 1
p2p_failures_total{code="unknown-event"} 1
p2p_joins_total{eio="3"} 1
p2p_joins_total{eio="4"} 4
p2p_link_ends 2
p2p_messages_total{dialect="v1"} 1
p2p_messages_total{dialect="v2"} 6
p2p_pending_acks 1
p2p_ready 1
p2p_requests_total{dialect="any",event="EMIT_ROOM"} 1
p2p_requests_total{dialect="any",event="LIST_CLIENTS"} 1
p2p_requests_total{dialect="v1",event="MULTI_API_ADD_TARGET"} 1
p2p_requests_total{dialect="v1",event="P2P_EMIT"} 1
p2p_requests_total{dialect="v2",event="ADD_TARGET"} 1
p2p_requests_total{dialect="v2",event="CREATE_API"} 1
p2p_requests_total{dialect="v2",event="CREATE_STREAM"} 1
p2p_requests_total{dialect="v2",event="JOIN_ROOM"} 1
p2p_requests_total{dialect="v2",event="P2P_EMIT"} 7
p2p_room_events_total 1
p2p_room_memberships 3
p2p_rooms 3
p2p_stray_acks_total 1
p2p_streams 1
p2p_streams_opened_total 1
p2p_transports 2
p2p_transports_ended_total{reason="client"} 2
p2p_transports_ended_total{reason="protocol_error"} 1
p2p_unreadable_requests_total 1
"#;

#[tokio::test]
async fn every_figure_is_exact() {
    let server = Server::start().await;
    let mut a = Client::join(&server, 4, "a").await;
    let mut b = Client::join(&server, 4, "b").await;
    let mut old = Client::join(&server, 3, "old").await;

    // Messages: three without ack, one with, one of the first dialect, one with an
    // attachment.
    for _ in 0..3 {
        a.send(r#"42["P2P_EMIT","b","hi",[1],null]"#).await;
        b.expect(r#"42["hi",1]"#).await;
    }
    a.send(r#"421["P2P_EMIT","b","ask",[]]"#).await;
    b.expect(r#"420["ask"]"#).await;
    b.send("430[7]").await;
    a.expect("431[7]").await;
    old.send(r#"42["P2P_EMIT",{"targetClientId":"b","event":"hi","args":["old"]}]"#)
        .await;
    b.expect(r#"42["hi","old"]"#).await;
    a.send(r#"451-["P2P_EMIT","b","bin",[{"_placeholder":true,"num":0}],null]"#)
        .await;
    a.attach(b"four").await;
    b.expect(r#"451-["bin",{"_placeholder":true,"num":0}]"#)
        .await;
    b.expect("binary 4").await;

    // Failures: in a SERVER_ERROR, in an ack, in both, and an event that is none.
    a.send(r#"42["P2P_EMIT","nobody","hi",[],null]"#).await;
    assert!(a.next().await.unwrap().starts_with(r#"42["SERVER_ERROR","#));
    a.send(r#"422["ADD_TARGET","nobody"]"#).await;
    assert!(a.next().await.unwrap().starts_with("432["));
    old.send(r#"423["MULTI_API_ADD_TARGET","nobody"]"#).await;
    assert!(
        old.next()
            .await
            .unwrap()
            .starts_with(r#"42["SERVER_ERROR","#)
    );
    assert!(old.next().await.unwrap().starts_with("433["));
    a.send(r#"42["NONSENSE"]"#).await;
    assert!(a.next().await.unwrap().starts_with(r#"42["SERVER_ERROR","#));

    // A room, a stream, an API, and an ack that nobody waits for.
    b.send(r#"424["JOIN_ROOM","room"]"#).await;
    b.expect("434[null]").await;
    a.send(r#"42["EMIT_ROOM","room","all",1]"#).await;
    b.expect(r#"42["all",1]"#).await;
    let info = r#"{"sourceStreamId":"s","targetStreamId":"t","targetClientId":"b"}"#;
    a.send(&format!(r#"425["CREATE_STREAM",{info}]"#)).await;
    let asked = b.next().await.unwrap();
    assert!(asked.starts_with(r#"421["CREATE_STREAM""#), "{asked}");
    b.send("431[]").await;
    a.expect("435[]").await;
    b.send(r#"42["CREATE_API","api"]"#).await;
    b.send("4377[]").await;
    b.fence().await;
    // One request that stays open, and one client that is turned away.
    a.send(r#"426["P2P_EMIT","b","open",[]]"#).await;
    b.expect(r#"422["open"]"#).await;
    let mut twin = Client::join(&server, 4, "a").await;
    assert!(
        twin.next()
            .await
            .unwrap()
            .starts_with(r#"42["SERVER_ERROR","#)
    );
    twin.expect("41").await;
    let twin = twin.close().await;

    // One client ends in order, one by what it sends.
    let old = old.close().await;
    let mut bad = Client::join(&server, 4, "bad").await;
    bad.send("4nonsense").await;
    assert_eq!(bad.next().await, None);
    server.reaches("p2p_transports", 2.0).await;
    // The server waits a moment for the other end of a connection that it has closed.
    server.reaches("p2p_tcp_connections", 2.0).await;

    let all = sum(&[a.counted, b.counted, old, twin, bad.counted]);
    let metrics = server.metrics().await;
    let sums = [
        format!("p2p_packets_received_total {}", all.sent.0),
        format!("p2p_packets_sent_total {}", all.received.0),
        format!("p2p_received_bytes_total {}", all.sent.1),
        format!("p2p_sent_bytes_total {}", all.received.1),
    ];
    let lines = COUNTED.trim().lines().map(str::to_owned);
    let expected: Vec<_> = lines.chain(sums).collect();
    similar(&counted(&metrics), &expected);

    let number = |count: usize| f64::from(u32::try_from(count).unwrap());
    let packets = number(all.sent.0);
    // What is measured and not counted: every packet was, and nothing is missing.
    assert_eq!(metrics["p2p_relay_seconds_count"], packets);
    assert_eq!(metrics[r#"p2p_relay_seconds_bucket{le="+Inf"}"#], packets);
    assert!(metrics["p2p_relay_seconds_sum"] > 0.0);
    // Every ack that was waited for had its time taken.
    let acks = metrics["p2p_acks_total"];
    assert!(acks > 0.0);
    assert_eq!(metrics["p2p_ack_round_trip_seconds_count"], acks);
    assert!(metrics["p2p_ack_round_trip_seconds_sum"] < 60.0);
    assert_eq!(metrics["p2p_tcp_accepted_total"], 5.0);
    assert_eq!(metrics["p2p_tcp_connections"], 2.0);
    assert!(metrics["p2p_tcp_read_bytes_total"] > number(all.sent.1));
    assert!(metrics["p2p_tcp_written_bytes_total"] > number(all.received.1));
}

/// Compares line by line, so that a failure names what differs.
fn similar(found: &[String], expected: &[String]) {
    let missing: Vec<_> = expected
        .iter()
        .filter(|line| !found.contains(line))
        .collect();
    let surplus: Vec<_> = found
        .iter()
        .filter(|line| !expected.contains(line))
        .collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "missing: {missing:#?}\nsurplus: {surplus:#?}"
    );
}

/// What waits for a client that does not poll, and why it is closed in the end.
#[tokio::test]
async fn what_waits_is_counted_and_the_slow_one_is_named() {
    let server = Server::with(|config| config.queue.packets = 11).await;
    let open = "/socket.io/?EIO=3&transport=polling&b64=1&clientId=slow";
    assert_eq!(get(server.address, open).await.status, 200);
    let mut source = Client::join(&server, 4, "source").await;
    let message = r#"42["P2P_EMIT","slow","e",["0123456789"],null]"#;
    for _ in 0..10 {
        source.send(message).await;
    }
    source.fence().await;
    let metrics = server.metrics().await;
    // The `40` of an Engine.IO 3 client may be fetched with its handshake, or not.
    let queued = metrics["p2p_queue_packets"];
    assert!([10.0, 11.0].contains(&queued), "{queued}");
    assert_eq!(metrics["p2p_queue_largest_packets"], queued);
    assert_eq!(metrics["p2p_queue_connections"], 1.0);
    // One message is `2["e","0123456789"]`.
    assert!(metrics["p2p_queue_bytes"] >= 190.0);
    assert_eq!(
        metrics["p2p_queue_largest_bytes"],
        metrics["p2p_queue_bytes"]
    );

    for _ in 0..2 {
        source.send(message).await;
    }
    let slow = r#"p2p_transports_ended_total{reason="slow_consumer"}"#;
    server.reaches(slow, 1.0).await;
    // The source is told that nobody is there any more; then nothing waits.
    server.reaches("p2p_queue_packets", 0.0).await;
}

/// Scrapers are strict about the format.
#[tokio::test]
async fn the_page_is_open_metrics() {
    let server = Server::start().await;
    let page = get(server.admin, "/metrics").await;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(page.header("content-type"), Some(kind));
    assert!(page.body.ends_with("# EOF\n"));
    let mut family = "";
    for line in page.body.lines().filter(|line| *line != "# EOF") {
        if let Some(comment) = line.strip_prefix("# ") {
            family = comment.split(' ').nth(1).unwrap();
            let help = comment.starts_with("HELP ");
            assert!(!help || comment.split(' ').count() > 3, "{line}");
        } else {
            assert!(line.starts_with(family), "{line} follows {family}");
        }
    }
}

/// The page for operators explains every metric in the words of `/metrics`.
#[tokio::test]
async fn the_readme_explains_every_metric() {
    let server = Server::start().await;
    let page = get(server.admin, "/metrics").await.body;
    let mut expected = Vec::new();
    let mut help = HashMap::new();
    for line in page.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("HELP"), Some(name), Some(text)) => {
                help.insert(name.to_owned(), text.to_owned());
            }
            (Some("#"), Some("TYPE"), Some(name), Some(kind)) => {
                let suffix = match kind {
                    "counter" => "_total",
                    "info" => "_info",
                    "histogram" => "_bucket",
                    _ => "",
                };
                expected.push(format!("| `{name}{suffix}` | {kind} | {} |", help[name]));
            }
            _ => {}
        }
    }
    let readme = include_str!("../../deploy/README.md");
    let lines = readme.lines().filter(|line| line.starts_with("| `p2p_"));
    let found: Vec<_> = lines.collect();
    assert!(
        found == expected,
        "the table should be\n{}",
        expected.join("\n")
    );
}
