//! Cancel safety: every future is dropped at each of its await points in turn. After that nothing
//! is left of it, nothing is lost, and the next call works.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use sio_p2p_client::{Client, Dialect, EioVersion, SendError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Setup, fake::FakeServer, soon, until};

/// Polls a future this often and drops it: `None` if it was not done by then.
async fn polled<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Makes the future again and again and drops it one await point later each time, until it is
/// done; after each, does what shows that all is well. Gives the output.
macro_rules! cut {
    ($future:expr, after: $check:expr) => {{
        let mut polls = 0;
        loop {
            let done = polled($future, polls).await;
            $check;
            if let Some(output) = done {
                // Something that never waits would prove nothing.
                assert!(polls > 0);
                break output;
            }
            polls += 1;
            assert!(polls < 100, "it makes no progress");
        }
    }};
}

/// Two clients on `p2p-server`; the second one answers questions, and accepts whatever it is asked.
async fn pair(dialect: Dialect) -> (Setup, Client, Client) {
    let setup = Setup::ours(EioVersion::V4, dialect).await;
    let a = setup.builder("a").service(dialect == Dialect::V1);
    let (a, b) = (a.connect().await.unwrap(), setup.client("b").await);
    b.on("q", |question| async {
        question.answer("a").await.ok();
    })
    .unwrap()
    .detach();
    let mut acceptor = b.accept_streams();
    tokio::spawn(async move {
        while let Some(offer) = acceptor.next().await {
            let Ok(mut stream) = offer.accept() else {
                continue;
            };
            tokio::spawn(async move { stream.read_to_end(&mut Vec::new()).await });
        }
    });
    (setup, a, b)
}

/// The next call works, and then nothing is on its way and no stream is left, at either end.
async fn whole(a: &Client, b: &Client) {
    for client in [a, b] {
        assert!(client.list_clients().await.unwrap().contains(client.id()));
    }
    until("nothing is left", || {
        [a, b].iter().all(|client| {
            let now = client.counters();
            now.questions + now.streams + now.outgoing_bytes + now.incoming_bytes == 0
        })
    })
    .await;
}

#[tokio::test]
async fn questions_and_messages() {
    for dialect in [Dialect::V1, Dialect::V2] {
        let (_world, a, b) = pair(dialect).await;
        cut!(a.list_clients(), after: whole(&a, &b).await).unwrap();
        cut!(a.is_connected("b"), after: whole(&a, &b).await).unwrap();
        let answer = cut!(a.request_to::<String>("b", "q", 1), after: whole(&a, &b).await);
        assert_eq!(answer.unwrap(), "a");
        cut!(a.emit_to("b", "x", 1), after: whole(&a, &b).await).unwrap();
        cut!(a.emit_room("R", "x", 1), after: whole(&a, &b).await).unwrap();
        // A room may be joined by a future that was dropped; leaving it puts that right.
        cut!(a.join_room("R"), after: {
            a.leave_room("R").await.unwrap();
            assert_eq!(a.counters().rooms, 0);
            whole(&a, &b).await;
        })
        .unwrap();
        cut!(a.leave_room("R"), after: whole(&a, &b).await).unwrap();
        assert_eq!(a.counters().rooms, 0);
        cut!(a.add_target("b"), after: whole(&a, &b).await).unwrap();
        assert_eq!(a.counters().targets, 1);
    }
}

#[tokio::test]
async fn apis() {
    let (_world, a, b) = pair(Dialect::V2).await;
    cut!(a.api_exists("api"), after: whole(&a, &b).await).unwrap();
    // A provider that was given up, or dropped when it was done, provides nothing.
    cut!(a.provide_api("api"), after: {
        whole(&a, &b).await;
    })
    .unwrap();
    assert_eq!((a.counters().apis, a.counters().listeners), (0, 0));
    let mut provider = a.provide_api("api").await.unwrap();
    tokio::spawn(async move {
        while let Some(call) = provider.next().await {
            call.answer("a").await.ok();
        }
    });
    let answer = cut!(b.use_api::<String>("api", 1), after: whole(&a, &b).await);
    assert_eq!(answer.unwrap(), "a");
    cut!(b.notify_api("api", 1), after: whole(&a, &b).await).unwrap();
    cut!(a.destroy_all_apis(), after: whole(&a, &b).await).unwrap();
    assert!(!b.api_exists("api").await.unwrap());
}

#[tokio::test]
async fn topics() {
    let (_world, a, b) = pair(Dialect::V1).await;
    cut!(a.create_topic("T"), after: whole(&a, &b).await).unwrap();
    assert_eq!(a.counters().topics, 0);
    let topic = a.create_topic("T").await.unwrap();
    let service = b.service("a").unwrap();
    cut!(service.subscribe("T"), after: whole(&a, &b).await).unwrap();
    assert_eq!(b.counters().subscriptions, 0);
    let mut subscription = service.subscribe("T").await.unwrap();
    // What was dropped before it was polled has published nothing: the next one is the first.
    cut!(topic.publish(1), after: assert!(a.list_clients().await.is_ok())).unwrap();
    assert_eq!(soon(subscription.next()).await.unwrap().parse(), Ok(1));
    let next = cut!(subscription.next(), after: topic.publish(2).await.unwrap());
    assert_eq!(next.unwrap().parse(), Ok(2));
}

/// Whoever opens and gives up leaves no end, here or there.
#[tokio::test]
async fn opening_streams() {
    for dialect in [Dialect::V1, Dialect::V2] {
        let (_world, a, b) = pair(dialect).await;
        let opened = cut!(a.open_stream("b").into_future(), after: {
            // The one that is done is still held; all others are gone.
            a.list_clients().await.unwrap();
        });
        drop(opened.unwrap());
        whole(&a, &b).await;
    }
}

/// What arrives while nobody polls is there for the next one who does, once and in order.
#[tokio::test]
async fn nothing_that_arrives_is_lost() {
    let (_world, a, b) = pair(Dialect::V2).await;
    let mut listener = b.listen("n").unwrap();
    let mut sent = 0;
    for expected in 0..5 {
        let message = cut!(listener.next(), after: {
            a.emit_to("b", "n", sent).await.unwrap();
            sent += 1;
        });
        assert_eq!(message.unwrap().parse(), Ok(expected));
    }
    for expected in 5..sent {
        let message = soon(listener.next()).await.unwrap();
        assert_eq!(message.parse(), Ok(expected));
    }
    let mut events = b.target_events();
    let event = cut!(events.next(), after: a.add_target("b").await.unwrap());
    assert!(event.is_some());
    let mut errors = a.server_errors();
    let error = cut!(errors.next(), after: a.emit_to("nobody", "n", 1).await.unwrap());
    assert!(error.is_some());
}

/// A connection that is given up is not there.
#[tokio::test]
async fn connecting() {
    let setup = Setup::ours(EioVersion::V4, Dialect::V2).await;
    let watcher = setup.client("watcher").await;
    let client = cut!(setup.builder("late").connect(), after: {
        // Its TCP connection is gone, which the server notices by itself.
        assert!(watcher.is_connected("watcher").await.unwrap());
    });
    // The id is free for the one that was not given up.
    let client = client.unwrap();
    assert!(client.list_clients().await.unwrap().contains(client.id()));
}

/// A message that waits for room and is given up is not sent, and takes no room.
#[tokio::test]
async fn waiting_for_room() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let builder = server.builder("a").outgoing_buffer(1 << 20);
    let (us, mut wire) = tokio::join!(builder.connect(), server.accept());
    let us = us.unwrap();
    let text = "x".repeat(100_000);
    // The server does not read: what TCP takes and then the buffer are full at some time.
    let hurried = us.with_deadline(Duration::from_millis(50));
    let mut sent = 0;
    let given_up = loop {
        match hurried.emit_to("b", "n", (sent, &text)).await {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(given_up, SendError::Timeout { .. }), "{given_up}");
    for polls in 0..2 {
        // Whether there is room again by now or not: it is sent, or it is not there at all.
        let done = polled(us.emit_to("b", "n", (sent, &text)), polls).await;
        if let Some(done) = done {
            done.unwrap();
            sent += 1;
        }
    }
    let (last, ()) = tokio::join!(us.emit_to("b", "last", ()), async {
        for n in 0..sent {
            let packet = wire.packet().await;
            let begin = format!(r#"42["P2P_EMIT","b","n",[{n},"#);
            assert!(packet.starts_with(&begin), "{n} of {sent}: {packet:.60}");
        }
        wire.expect(r#"42["P2P_EMIT","b","last",[],null]"#).await;
    });
    last.unwrap();
    until("all room is given back", || {
        us.counters().outgoing_bytes == 0
    })
    .await;
}

/// `read` and `write` of a stream: what they have not done when dropped is not done.
#[tokio::test]
async fn reading_and_writing() {
    let (_world, a, b) = pair(Dialect::V2).await;
    let mut acceptor = b.accept_streams_on("raw").unwrap();
    let opening = a.open_stream("b").channel("raw").into_future();
    let (ours, theirs) = tokio::join!(opening, async {
        soon(acceptor.next()).await.unwrap().accept().unwrap()
    });
    let (mut ours, mut theirs) = (ours.unwrap(), theirs);
    let mut buffer = [0; 3];
    let mut sent = 0;
    let read = cut!(theirs.read(&mut buffer), after: {
        // One that was cut off before has taken nothing: what comes now is all there is.
        if sent == 0 {
            ours.write_all(b"one").await.unwrap();
            ours.flush().await.unwrap();
        }
        sent += 1;
    });
    assert_eq!((read.unwrap(), &buffer), (3, b"one"));
    let mut written = 0;
    for _ in 0..20 {
        // Each is dropped after its first poll, in which it writes or does not.
        if let Some(bytes) = polled(ours.write(b"."), 1).await {
            written += bytes.unwrap();
        }
    }
    assert!(written > 0);
    ours.shutdown().await.unwrap();
    let mut all = Vec::new();
    soon(theirs.read_to_end(&mut all)).await.unwrap();
    assert_eq!(all.len(), written);
}
