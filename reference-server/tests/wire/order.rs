//! Order: from one client to another, across rooms, and with acks.

use crate::client::{Client, Eio, Frame, WAYS};
use crate::server::Server;

const COUNT: usize = 1_000;

/// SRV-MSG-12, on a runtime with several threads: text and binary, with and
/// without ack, in one go.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_client_sends_another_arrives_in_order() {
    let server = Server::start().await;
    for (number, b_way) in WAYS.into_iter().enumerate() {
        let b_id = format!("b{number}");
        let mut a = Client::join(&server, &format!("a{number}")).await;
        let mut b = Client::join_by(b_way, &server, &b_id).await;
        let Client::WebSocket(socket) = &mut a else {
            unreachable!("clients join over WebSocket unless told otherwise")
        };
        for n in 0..COUNT {
            match n % 3 {
                0 => {
                    socket
                        .text(&format!(r#"42["P2P_EMIT","{b_id}","n",[{n}],null]"#))
                        .await;
                }
                1 => {
                    socket
                        .text(&format!(r#"42{n}["P2P_EMIT","{b_id}","n",[{n}]]"#))
                        .await;
                }
                _ => {
                    let data = format!(r#"[{n},{{"_placeholder":true,"num":0}}]"#);
                    socket
                        .text(&format!(r#"451-["P2P_EMIT","{b_id}","n",{data},null]"#))
                        .await;
                    socket.binary(b"hi").await;
                }
            }
        }
        for n in 0..COUNT {
            let packet = b.receive().await;
            let data = packet.split_once(r#"["n","#).expect(&packet).1;
            let found = data.split([',', ']']).next();
            assert_eq!(found, Some(n.to_string().as_str()), "{packet}");
            if n % 3 == 2 {
                let attachment = b.next().await;
                assert!(
                    !matches!(&attachment, Some(Frame::Text(text)) if !text.starts_with('b')),
                    "{attachment:?}"
                );
            }
        }
    }
}

/// SRV-MSG-28: acks come back in the order of the answers, and in order with
/// what the answering client sent before.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acks_keep_the_order_of_the_answers() {
    let server = Server::start().await;
    for (number, a_way) in WAYS.into_iter().enumerate() {
        let (a_id, b_id) = (format!("a{number}"), format!("b{number}"));
        let mut a = Client::join_by(a_way, &server, &a_id).await;
        let mut b = Client::join(&server, &b_id).await;
        for n in 0..200 {
            a.send(&format!(r#"42{n}["P2P_EMIT","{b_id}","n",[{n}]]"#))
                .await;
        }
        let mut asked = Vec::new();
        for n in 0..200 {
            let packet = b.receive().await;
            let id = packet
                .strip_suffix(&format!(r#"["n",{n}]"#))
                .expect(&packet);
            asked.push((n, id.strip_prefix("42").expect(&packet).to_owned()));
        }
        // Answered backwards, with an event before each answer.
        for (n, id) in asked.iter().rev() {
            b.send(&format!(r#"42["P2P_EMIT","{a_id}","before",[{n}],null]"#))
                .await;
            b.send(&format!("43{id}[{n}]")).await;
        }
        for (n, _) in asked.iter().rev() {
            a.expect(&format!(r#"42["before",{n}]"#)).await;
            a.expect(&format!("43{n}[{n}]")).await;
        }
    }
}

/// Nobody in a room sees an answer before the question.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cause_comes_before_effect_for_everybody() {
    let server = Server::start().await;
    let mut asker = Client::join(&server, "asker").await;
    let mut quick = Client::join(&server, "quick").await;
    let mut observer = Client::join(&server, "observer").await;
    for member in [&mut quick, &mut observer] {
        member.send(r#"421["JOIN_ROOM","r"]"#).await;
        member.expect("431[null]").await;
    }
    for n in 0..300 {
        asker
            .send(&format!(r#"42["EMIT_ROOM","r","question",{n}]"#))
            .await;
        quick.expect(&format!(r#"42["question",{n}]"#)).await;
        quick
            .send(&format!(r#"42["P2P_EMIT","observer","answer",[{n}],null]"#))
            .await;
        observer.expect(&format!(r#"42["question",{n}]"#)).await;
        observer.expect(&format!(r#"42["answer",{n}]"#)).await;
    }
}

/// SRV-CON-4: nothing is lost or reordered when a transport is upgraded.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_upgrade_loses_nothing() {
    use crate::polling::Polling;
    use crate::websocket::WebSocket;

    let server = Server::start().await;
    for eio in [Eio::Three, Eio::Four] {
        let b_id = format!("b{eio}");
        let mut a = Client::join(&server, &format!("a{eio}")).await;
        let polling = Polling::open(&server, eio, &format!("clientId={b_id}")).await;
        let sid = polling.sid.clone();
        let mut b = Client::Polling(polling);
        b.enter(eio).await;
        for n in 0..50 {
            a.send(&format!(r#"42["P2P_EMIT","{b_id}","n",[{n}],null]"#))
                .await;
        }
        a.fence().await;
        // Some arrive by polling; the rest waits for the WebSocket.
        b.expect(r#"42["n",0]"#).await;
        let Client::Polling(polling) = b else {
            unreachable!("it was opened as polling")
        };
        let mut arrived = 1;
        let left: Vec<_> = polling.received().collect();
        for packet in left {
            assert_eq!(packet, format!(r#"42["n",{arrived}]"#));
            arrived += 1;
        }
        let mut socket = WebSocket::upgrade(&server, eio, &sid).await;
        for n in 50..100 {
            a.send(&format!(r#"42["P2P_EMIT","{b_id}","n",[{n}],null]"#))
                .await;
        }
        socket.text("5").await;
        let mut b = Client::WebSocket(Box::new(socket));
        for n in arrived..100 {
            b.expect(&format!(r#"42["n",{n}]"#)).await;
        }
    }
}
