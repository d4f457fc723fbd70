//! Payloads arrive byte for byte, whatever carries them (SRV-MSG-10, SRV-MSG-11).

use bytes::Bytes;

use crate::client::{Client, Eio, Frame, Transport, WAYS};
use crate::server::Server;

/// Argument lists that would not survive being read and written again.
fn arguments() -> Vec<String> {
    let mut lists: Vec<String> = [
        "",
        "9007199254740993",
        "1e400,-1e-400,0.10,1E5,-0,-0.0",
        "123456789012345678901234567890",
        r#"{"b":1,"a":2,"b":3,"__proto__":{"x":1}}"#,
        r#""\u0041\/\u00e9\ud83d\ude00","\ud800","\u0000\u2028""#,
        r#""é€😀",{"é":"€"}"#,
        r#"[ 1 , {"a" : [ ] } ],  "two""#,
        r#"{"_placeholder":true,"num":7},null"#,
        r#"null,true,false,[],{},"""#,
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    // Deeper than the originals survive (SRV-ROB-8).
    let deep = 20_000;
    lists.push(format!("{}{}", "[".repeat(deep), "]".repeat(deep)));
    lists
}

/// Every generation and transport to every other, in both dialects, in events
/// and in acks.
#[tokio::test]
async fn arguments_are_not_changed_by_a_single_byte() {
    let server = Server::start().await;
    for (from, a_way) in WAYS.into_iter().enumerate() {
        for (to, b_way) in WAYS.into_iter().enumerate() {
            let (a_id, b_id) = (format!("a{from}{to}"), format!("b{from}{to}"));
            let mut a = Client::join_by(a_way, &server, &a_id).await;
            let mut b = Client::join_by(b_way, &server, &b_id).await;
            for list in arguments() {
                let comma = if list.is_empty() { "" } else { "," };
                a.send(&format!(r#"42["P2P_EMIT","{b_id}","v2",[{list}],null]"#))
                    .await;
                b.expect(&format!(r#"42["v2"{comma}{list}]"#)).await;

                let message =
                    format!(r#"{{"args":[{list}],"event":"v1","targetClientId":"{b_id}"}}"#);
                a.send(&format!(r#"427["P2P_EMIT_ACKNOWLEDGE",{message}]"#))
                    .await;
                let asked = b.receive().await;
                let id = asked.strip_suffix(&format!(r#"["v1"{comma}{list}]"#));
                let id = id.and_then(|id| id.strip_prefix("42")).expect(&asked);
                b.send(&format!("43{id}[{list}]")).await;
                a.expect(&format!("437[{list}]")).await;
            }
        }
    }
}

/// A packet with attachments, on its way to each kind of receiver.
#[tokio::test]
async fn attachments_arrive_in_their_places() {
    let server = Server::start().await;
    for (from, a_way) in WAYS.into_iter().enumerate() {
        for (to, b_way) in WAYS.into_iter().enumerate() {
            let b_id = format!("b{from}{to}");
            let mut a = Client::join_by(a_way, &server, &format!("a{from}{to}")).await;
            let mut b = Client::join_by(b_way, &server, &b_id).await;
            let args = r#"{"_placeholder":true,"num":1}, [{"num":0,"_placeholder":true}]"#;
            let packet = format!(r#"452-9["P2P_EMIT","{b_id}","bin",[{args}]]"#);
            send_with(&mut a, a_way.0, &packet, &[b"", b"\x00\xffhi"]).await;
            let header = b.receive().await;
            let id = header.strip_suffix(&format!(r#"["bin",{args}]"#));
            let id = id.and_then(|id| id.strip_prefix("452-")).expect(&header);
            let id = id.to_owned();
            assert_eq!(attachment(&mut b, b_way).await, "");
            assert_eq!(attachment(&mut b, b_way).await, "AP9oaQ==");

            let answer = format!(r#"461-{id}[1,{{"_placeholder":true,"num":0}}]"#);
            send_with(&mut b, b_way.0, &answer, &[b"answer"]).await;
            a.expect(r#"461-9[1,{"_placeholder":true,"num":0}]"#).await;
            assert_eq!(attachment(&mut a, a_way).await, "YW5zd2Vy");
        }
    }
}

/// SRV-CON-8: a message of a million bytes passes, on every transport.
#[tokio::test]
async fn a_million_bytes_are_not_too_much() {
    let server = Server::start().await;
    let mut b = Client::join(&server, "b").await;
    let around = r#"42["P2P_EMIT","b","big",[""],null]"#.len();
    let big = "x".repeat(1_000_000 - around - 10);
    for (number, way) in WAYS.into_iter().enumerate() {
        let mut a = Client::join_by(way, &server, &format!("a{number}")).await;
        a.send(&format!(r#"42["P2P_EMIT","b","big",["{big}"],null]"#))
            .await;
        b.expect(&format!(r#"42["big","{big}"]"#)).await;
    }
}

/// Sends a packet and its attachments. Polling takes them as base64, which is
/// written out here for the few that the tests use.
async fn send_with(client: &mut Client, eio: Eio, packet: &str, attachments: &[&[u8]]) {
    match client {
        Client::WebSocket(socket) => {
            socket.text(packet).await;
            for attachment in attachments {
                socket.binary(attachment).await;
            }
        }
        Client::Polling(polling) => {
            let mark = if eio == Eio::Three { "b4" } else { "b" };
            let encoded: Vec<_> = attachments
                .iter()
                .map(|bytes| format!("{mark}{}", base64(bytes)))
                .collect();
            let mut packets = vec![packet];
            packets.extend(encoded.iter().map(String::as_str));
            assert!(polling.post(&packets).await);
        }
    }
}

/// Receives an attachment and returns it as base64.
async fn attachment(client: &mut Client, way: (Eio, Transport)) -> String {
    match (client.next().await, way) {
        (Some(Frame::Binary(bytes)), (_, Transport::WebSocket)) => base64(&bytes),
        (Some(Frame::Text(text)), (eio, Transport::Polling)) => {
            let mark = if eio == Eio::Three { "b4" } else { "b" };
            text.strip_prefix(mark).expect("a binary packet").to_owned()
        }
        other => panic!("expected an attachment, got {other:?}"),
    }
}

fn base64(bytes: &[u8]) -> String {
    match bytes {
        b"" => "",
        b"\x00\xffhi" => "AP9oaQ==",
        b"answer" => "YW5zd2Vy",
        other => panic!(
            "no base64 written out for {:?}",
            Bytes::copy_from_slice(other)
        ),
    }
    .to_owned()
}
