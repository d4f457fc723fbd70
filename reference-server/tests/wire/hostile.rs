//! Frames that no client should send. They cost at most their sender (SRV-ROB-2).

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::client::{Client, Eio, Frame, Transport, WAYS};
use crate::polling;
use crate::server::{Server, config};

/// SRV-ROB-6: what is no packet ends its sender's connection.
#[tokio::test]
async fn a_frame_that_is_no_packet_closes_its_sender() {
    let server = Server::start().await;
    let mut witness = Client::join(&server, "witness").await;
    for way in WAYS {
        for frame in [
            "4",
            "42",
            "42[",
            "42[]",
            "42{}",
            "42[null]",
            r#"42["LIST_CLIENTS"] "#.trim_end_matches(' ').strip_suffix(']').unwrap(),
            r#"42["LIST_CLIENTS"]]"#,
            r#"42["bad \x escape"]"#,
            "43[]",
            "430",
            "430{}",
            r#"430["a""#,
            "44",
            "47",
            r#"451["P2P_EMIT"]"#,
            r#"45-["P2P_EMIT"]"#,
            r#"4599999999999999999999-["x"]"#,
            r#"451000000-["x"]"#,
            r#"450-["P2P_EMIT","witness","e",[{"_placeholder":true,"num":0}],null]"#,
            r#"4299999999999999999999["LIST_CLIENTS"]"#,
            r#"451-["x"]"#,
            "9",
            "x",
        ] {
            let mut attacker = Client::join_by(way, &server, "attacker").await;
            attacker.send(frame).await;
            if frame == r#"451-["x"]"# {
                // Text where an attachment must come.
                attacker.send(r#"42["LIST_CLIENTS"]"#).await;
            }
            attacker.expect_closed().await;
            witness.until_listed(r#"["witness"]"#).await;
        }
    }
    witness.fence().await;
}

/// SRV-ROB-9: a placeholder without attachment would disconnect its receiver.
#[tokio::test]
async fn a_dangling_placeholder_never_reaches_anybody() {
    let server = Server::start().await;
    let mut victim = Client::join(&server, "victim").await;
    for num in ["1", "-1", "0.5", "\"0\"", "null", "{}", "1e400"] {
        let mut attacker = Client::join(&server, "attacker").await;
        let placeholder = format!(r#"{{"_placeholder":true,"num":{num}}}"#);
        attacker
            .send(&format!(
                r#"451-["P2P_EMIT","victim","e",[{placeholder}],null]"#
            ))
            .await;
        let Client::WebSocket(socket) = &mut attacker else {
            unreachable!("clients join over WebSocket unless told otherwise")
        };
        socket.binary(b"x").await;
        attacker.expect_closed().await;
        victim.until_listed(r#"["victim"]"#).await;
    }
    // The same in an ack.
    let mut asker = Client::join(&server, "asker").await;
    asker.send(r#"421["P2P_EMIT","victim","ask",[]]"#).await;
    let request = victim.receive().await;
    let id = request
        .strip_prefix("42")
        .and_then(|id| id.strip_suffix(r#"["ask"]"#));
    let id = id.expect(&request);
    victim
        .send(&format!(r#"460-{id}[{{"_placeholder":true,"num":0}}]"#))
        .await;
    victim.expect_closed().await;
    asker
        .expect(r#"42["SERVER_ERROR","Error: Core: Client victim is not connected to server"]"#)
        .await;
    asker.fence().await;
}

/// SRV-ROB-1: what is a packet but makes no sense is answered, and that is all.
#[tokio::test]
async fn an_event_that_makes_no_sense_is_answered_by_an_error() {
    let server = Server::start().await;
    for way in WAYS {
        let mut client = Client::join_by(way, &server, "c").await;
        let mut victim = Client::join(&server, "v").await;
        for event in [
            r#"["P2P_EMIT"]"#,
            r#"["P2P_EMIT",null]"#,
            r#"["P2P_EMIT","v"]"#,
            r#"["P2P_EMIT","v",{"toString":1},[]]"#,
            r#"["P2P_EMIT",{"toString":1},"e",[]]"#,
            r#"["P2P_EMIT","v","disconnect",[],null]"#,
            r#"["P2P_EMIT","__proto__","e",[],null]"#,
            r#"["P2P_EMIT",{"targetClientId":"v","event":"connect","args":[]}]"#,
            r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"v","event":"e","args":"no"}]"#,
            r#"["MULTI_API_ADD_TARGET"]"#,
            r#"["ADD_TARGET",[]]"#,
            r#"["CREATE_STREAM",null]"#,
            r#"["JOIN_ROOM",{"toString":1}]"#,
            r#"["LIST_CLIENTS"]"#,
            r#"["GET_CLIENT_CONNECTED_STATUS","v"]"#,
            r#"["disconnect"]"#,
            r#"["connect"]"#,
            r#"["newListener",1]"#,
            r#"["we\"ird\u0000"]"#,
            r#"[""]"#,
        ] {
            client.send(&format!("42{event}")).await;
            let error = client.receive().await;
            assert!(
                error.starts_with(r#"42["SERVER_ERROR","Error: "#),
                "{event}: {error}"
            );
        }
        client.fence().await;
        victim.fence().await;
        for client in [&mut client, &mut victim] {
            client.send("41").await;
        }
        let mut observer = Client::join(&server, "0").await;
        observer.until_listed(r#"["0"]"#).await;
    }
}

/// SRV-ROB-7: too large is too large on every transport, and for attachments.
#[tokio::test]
async fn a_message_over_the_limit_closes_its_sender_and_is_not_forwarded() {
    let server = Server::with(config(|config| {
        config.engine.max_message = 10_000;
    }))
    .await;
    let mut victim = Client::join(&server, "victim").await;
    let big = format!(
        r#"42["P2P_EMIT","victim","e",["{}"],null]"#,
        "x".repeat(10_000)
    );
    for way in WAYS {
        let mut attacker = Client::join_by(way, &server, "attacker").await;
        attacker.send(&big).await;
        attacker.expect_closed().await;
        victim.until_listed(r#"["victim"]"#).await;
    }
    // Two attachments that fit each, but not together.
    let mut attacker = Client::join(&server, "attacker").await;
    let data = r#"[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#;
    attacker
        .send(&format!(r#"452-["P2P_EMIT","victim","e",{data},null]"#))
        .await;
    let Client::WebSocket(socket) = &mut attacker else {
        unreachable!("clients join over WebSocket unless told otherwise")
    };
    socket.binary(&[0; 6_000]).await;
    socket.binary(&[0; 6_000]).await;
    attacker.expect_closed().await;
    victim.until_listed(r#"["victim"]"#).await;
}

/// Socket.IO 4 does not talk to clients outside of the namespace; 2 ignores them.
#[tokio::test]
async fn packets_from_outside_of_the_namespace_are_not_served() {
    let server = Server::start().await;
    for packet in [r#"421["LIST_CLIENTS"]"#, "430[]", "41", r#"42/other,["e"]"#] {
        let way = (Eio::Four, Transport::WebSocket);
        let mut client = Client::open(way, &server, "clientId=c").await;
        client.send(packet).await;
        client.expect_closed().await;
    }
    let mut client = Client::join_by((Eio::Three, Transport::WebSocket), &server, "c").await;
    for packet in [r#"42/other,["e"]"#, "43/other,0[]", "41/other,"] {
        client.send(packet).await;
    }
    client.fence().await;
}

/// A flood from many connections at once; the server goes on serving.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_of_hostile_frames_leaves_the_server_serving() {
    let server = Server::start().await;
    let mut a = Client::join(&server, "a").await;
    let mut b = Client::join(&server, "b").await;
    // Deterministic noise: bytes of a generator that everybody knows.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for round in 0..150_u64 {
        let way = WAYS[usize::try_from(round % 4).unwrap()];
        let mut attacker = Client::join_by(way, &server, &format!("attacker{round}")).await;
        let seed = r#"421["P2P_EMIT","b","e",[{"_placeholder":true,"num":0}],null]"#;
        for _ in 0..10 {
            // A packet with some of its characters replaced or cut off.
            let mut frame: Vec<char> = seed.chars().collect();
            for _ in 0..noise() % 4 {
                let at = usize::try_from(noise()).unwrap() % frame.len();
                frame[at] = char::from(b' ' + u8::try_from(noise() % 95).unwrap());
            }
            frame.truncate(1 + usize::try_from(noise()).unwrap() % frame.len());
            let frame: String = frame.into_iter().collect();
            attacker.send(&frame).await;
        }
        attacker.abort();
    }
    for garbage in ["\0\0\0", "GET / HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(garbage.as_bytes()).await.unwrap();
    }
    // Some of the noise may have been a message after all.
    a.send(r#"421["P2P_EMIT","b","after the flood",[]]"#).await;
    loop {
        if let Some(Frame::Text(text)) = b.next().await
            && text.contains("after the flood")
        {
            break;
        }
    }
    a.until_listed(r#"["a","b"]"#).await;
}

/// Two polls at once are against the rules and end the session.
#[tokio::test]
async fn two_polls_at_once_close_their_session() {
    let server = Server::start().await;
    let way = (Eio::Four, Transport::Polling);
    let mut client = Client::join_by(way, &server, "c").await;
    client.fence().await;
    let Client::Polling(polling) = &client else {
        unreachable!("it was opened as polling")
    };
    let target = format!("/socket.io/?EIO=4&transport=polling&sid={}", polling.sid);
    let poll = || polling::request(server.address, "GET", &target, "");
    let (first, second) = tokio::join!(poll(), poll());
    assert!(first.0 == 400 || second.0 == 400, "{first:?} {second:?}");
    let mut witness = Client::join(&server, "witness").await;
    witness.until_listed(r#"["witness"]"#).await;
}
