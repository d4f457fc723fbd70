//! A log that nobody reads stops nobody.

use futures_util::SinkExt;
use rustix::process::Signal;
use tokio_tungstenite::tungstenite::Message;

use crate::process::Program;
use crate::service::answer;
use crate::signals::{join, next};

/// A pipe holds 64 KiB, and 8,192 lines may wait before it. Far more is logged, and then the
/// log is read at last.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_nobody_reads_is_dropped_and_counted() {
    const LINES: usize = 30_000;
    let mut server = Program::start_unread(&[
        "--admin",
        "127.0.0.1:0",
        "--set",
        "log.filter=sio_p2p_server=debug",
    ]);
    let admin = server.admin();
    let mut client = join(&server, "a").await;
    for _ in 0..LINES {
        // One line each: an ack that nobody waits for.
        client.feed(Message::text("43999[]")).await.unwrap();
    }
    client
        .send(Message::text(r#"421["LIST_CLIENTS"]"#))
        .await
        .unwrap();
    assert_eq!(next(&mut client).await.as_deref(), Some(r#"431[["a"]]"#));

    let metrics = answer(admin, "/metrics");
    let dropped = metrics
        .lines()
        .find_map(|line| line.strip_prefix("p2p_log_lines_dropped_total "))
        .expect(&metrics);
    let dropped: usize = dropped.parse().unwrap();
    assert!(dropped > LINES / 2, "{dropped} lines were dropped");
    assert!(answer(admin, "/healthz").contains("200 OK"));

    server.read_log();
    server.signal(Signal::TERM);
    while next(&mut client).await.is_some() {}
    let log = server.ended();
    assert!(log.lines().count() < LINES, "what was dropped is gone");
    let told = "dropped lines of the log, because it was not written fast enough";
    assert!(log.contains(told) && log.contains(" stopped "), "{log}");
}
