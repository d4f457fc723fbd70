//! Streams, frame by frame, from every kind of connection to every other.

use crate::client::{Client, Eio, Frame, Transport, WAYS};
use crate::server::Server;
use crate::websocket::WebSocket;

/// The request of `a` to `b`, with a source that somebody made up.
fn request(stream: &str, b: &str) -> String {
    format!(
        r#"["CREATE_STREAM",{{"sourceStreamId":"o","sourceClientId":"x","targetStreamId":"{stream}","targetClientId":"{b}"}}]"#
    )
}

/// Expects an event that asks for an ack, and returns the id to give it under.
#[track_caller]
fn asked(client: &mut Client, event: &str) -> impl Future<Output = String> {
    let at = std::panic::Location::caller();
    async move {
        let packet = client.receive().await;
        let id = packet.strip_suffix(event);
        let id = id.and_then(|id| id.strip_prefix("42"));
        let id = id.unwrap_or_else(|| panic!("expected {event} at {at}, got {packet}"));
        id.to_owned()
    }
}

/// SRV-STR-1, SRV-STR-4, SRV-STR-10, SRV-STR-14, SRV-STR-16, SRV-STR-2: the life
/// of a stream in dialect `v2`, with an acceptor that speaks too early.
#[tokio::test]
async fn a_stream_lives_and_dies_between_all_kinds_of_connections() {
    let server = Server::start().await;
    for (from, a_way) in WAYS.into_iter().enumerate() {
        for (to, b_way) in WAYS.into_iter().enumerate() {
            let (a_id, b_id) = (format!("a{from}{to}"), format!("b{from}{to}"));
            let mut a = Client::join_by(a_way, &server, &a_id).await;
            let mut b = Client::join_by(b_way, &server, &b_id).await;
            a.send(&format!("420{}", request("s", &b_id))).await;
            let offered = request("s", &b_id).replace("\"x\"", &format!("\"{a_id}\""));
            let offer = asked(&mut b, &offered).await;

            // Data, an unrelated message, the end, and only then the acceptance.
            let data = |to: &str, stream: &str, chunk: &str| {
                format!(r#"["P2P_EMIT","{to}","P2P_EMIT_STREAM-from-stream-{stream}",[{chunk}]]"#)
            };
            b.send(&format!("427{}", data(&a_id, "s", "\"early\"")))
                .await;
            b.send(&format!(r#"42["P2P_EMIT","{a_id}","hello",[],null]"#))
                .await;
            b.send(&format!("428{}", data(&a_id, "s", "null"))).await;
            b.send(&format!("43{offer}[]")).await;
            a.expect(r#"42["hello"]"#).await;
            a.expect("430[]").await;
            let event = r#"["P2P_EMIT_STREAM-from-stream-s","early"]"#;
            let chunk = asked(&mut a, event).await;
            let end = asked(&mut a, r#"["P2P_EMIT_STREAM-from-stream-s",null]"#).await;
            a.send(&format!("43{chunk}[]")).await;
            b.expect("437[]").await;
            a.send(&format!("43{end}[]")).await;
            b.expect("438[]").await;

            // The other direction is still open.
            a.send(&format!("421{}", data(&b_id, "o", r#""late""#)))
                .await;
            let late = asked(&mut b, r#"["P2P_EMIT_STREAM-from-stream-o","late"]"#).await;
            b.send(&format!("43{late}[\"full\"]")).await;
            a.expect(r#"431["full"]"#).await;

            a.send(&format!(
                r#"42["P2P_EMIT","{b_id}","PEER_STREAM_DESTROYED",["o"],null]"#
            ))
            .await;
            b.expect(r#"42["PEER_STREAM_DESTROYED","o"]"#).await;
            a.abort();
            if a_way.1 == Transport::Polling {
                // A session without requests is noticed by its heartbeat only.
                continue;
            }
            b.expect(&format!(r#"42["TARGET_DISCONNECT","{a_id}"]"#))
                .await;
        }
    }
}

/// The same in dialect `v1`, where the source is an argument and refusals differ.
#[tokio::test]
async fn streams_of_dialect_v1_are_offered_refused_and_missed() {
    let server = Server::start().await;
    let mut a = Client::join_by(WAYS[0], &server, "a").await;
    let mut b = Client::join_by(WAYS[1], &server, "b").await;
    let v1 = |target: &str| request("s", target).replace("CREATE", "MULTI_API_CREATE");
    a.send(&format!("420{}", v1("b"))).await;
    let offer = asked(&mut b, &v1("b").replace("\"x\"", "\"a\"")).await;
    let message =
        r#"{"targetClientId":"a","event":"P2P_EMIT_STREAM-from-stream-s","args":["b","early"]}"#;
    b.send(&format!(r#"425["P2P_EMIT_ACKNOWLEDGE",{message}]"#))
        .await;
    b.send(&format!("43{offer}[]")).await;
    a.expect("430[]").await;
    asked(&mut a, r#"["P2P_EMIT_STREAM-from-stream-s","b","early"]"#).await;

    a.send(&format!("421{}", v1("b"))).await;
    let offer = asked(&mut b, &v1("b").replace("\"x\"", "\"a\"")).await;
    let refusal = r#"["Client b is not listening to create stream event"]"#;
    b.send(&format!("43{offer}{refusal}")).await;
    a.expect(&format!("431{refusal}")).await;

    a.send(&format!("422{}", v1("zz"))).await;
    a.expect(r#"42["SERVER_ERROR","Error: Could not find target client 'zz' socket"]"#)
        .await;
    a.expect(r#"432["Client zz is not registered to server"]"#)
        .await;
}

/// SRV-MSG-11 for data that had to wait: its attachment waits with it.
#[tokio::test]
async fn early_data_keeps_its_attachment() {
    let server = Server::start().await;
    for eio in [Eio::Three, Eio::Four] {
        let (a_id, b_id) = (format!("a{eio}"), format!("b{eio}"));
        let mut a = Client::join_by((eio, Transport::WebSocket), &server, &a_id).await;
        let socket = WebSocket::open(&server, eio, &format!("clientId={b_id}")).await;
        let mut b = Client::WebSocket(Box::new(socket));
        b.enter(eio).await;
        a.send(&format!("420{}", request("s", &b_id))).await;
        let offered = request("s", &b_id).replace("\"x\"", &format!("\"{a_id}\""));
        let offer = asked(&mut b, &offered).await;
        let chunk = r#"{"_placeholder":true,"num":0}"#;
        b.send(&format!(
            r#"451-9["P2P_EMIT","{a_id}","P2P_EMIT_STREAM-from-stream-s",[{chunk}]]"#
        ))
        .await;
        let Client::WebSocket(socket) = &mut b else {
            unreachable!("it was opened as one")
        };
        socket.binary(b"\x00early\xff").await;
        b.send(&format!("43{offer}[]")).await;
        a.expect("430[]").await;
        let header = a.receive().await;
        assert!(
            header.starts_with("451-")
                && header.ends_with(&format!(r#"["P2P_EMIT_STREAM-from-stream-s",{chunk}]"#)),
            "{header}"
        );
        let attachment = a.next().await;
        assert_eq!(attachment, Some(Frame::Binary(b"\x00early\xff"[..].into())));
    }
}

/// SRV-MSG-30: the acceptor is gone, and so is what it has said.
#[tokio::test]
async fn an_acceptor_that_breaks_off_is_told_by_the_notice_alone() {
    let server = Server::start().await;
    let mut a = Client::join(&server, "a").await;
    let mut b = Client::join(&server, "b").await;
    a.send(&format!("420{}", request("s", "b"))).await;
    asked(&mut b, &request("s", "b").replace("\"x\"", "\"a\"")).await;
    b.send(r#"427["P2P_EMIT","a","P2P_EMIT_STREAM-from-stream-s",["early"]]"#)
        .await;
    b.fence().await;
    b.abort();
    a.expect(r#"42["TARGET_DISCONNECT","b"]"#).await;
    a.fence().await;
}

/// Many openers at once and one acceptor that always speaks too early: nobody
/// hears of his stream before it is accepted, and everybody hears all of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn early_data_of_many_streams_is_never_lost_or_mixed() {
    const OPENERS: usize = 6;
    const STREAMS: usize = 40;
    let server = Server::start().await;
    let mut b = Client::join(&server, "b").await;
    let mut openers = Vec::new();
    for number in 0..OPENERS {
        let id = format!("a{number}");
        let mut a = Client::join(&server, &id).await;
        openers.push(tokio::spawn(async move {
            for n in 0..STREAMS {
                let stream = format!("{id}-{n}");
                a.send(&format!("42{n}{}", request(&stream, "b"))).await;
            }
            for n in 0..STREAMS {
                let event = format!("P2P_EMIT_STREAM-from-stream-{id}-{n}");
                a.expect(&format!("43{n}[]")).await;
                a.expect(&format!(r#"42["{event}",1]"#)).await;
                a.expect(&format!(r#"42["{event}",2]"#)).await;
                a.expect(r#"42["PEER_STREAM_DESTROYED","done"]"#).await;
            }
            // It stays to the end, because its leaving would be told.
            a
        }));
    }
    for _ in 0..OPENERS * STREAMS {
        let offer = b.receive().await;
        let (id, info) = offer.split_at(offer.find('[').expect(&offer));
        let info: serde_json::Value = serde_json::from_str(info).unwrap();
        let member = |name: &str| info[1][name].as_str().unwrap();
        let (opener, stream) = (member("sourceClientId"), member("targetStreamId"));
        for chunk in [1, 2] {
            b.send(&format!(
                r#"42["P2P_EMIT","{opener}","P2P_EMIT_STREAM-from-stream-{stream}",[{chunk}],null]"#
            ))
            .await;
        }
        let id = id.strip_prefix("42").expect(id);
        b.send(&format!("43{id}[]")).await;
        b.send(&format!(
            r#"42["P2P_EMIT","{opener}","PEER_STREAM_DESTROYED",["done"],null]"#
        ))
        .await;
    }
    let mut stayed = Vec::new();
    for opener in openers {
        stayed.push(opener.await.unwrap());
    }
}
