//! How a case is played.

use crate::actors::{self, Actors};
use crate::case::Case;
use crate::client::{Client, Eio, Transport};
use crate::hosted;
use crate::polling;
use crate::server::Server;

/// Longer queries are refused with this status, as Node.js does.
const TOO_LONG: (usize, u16) = (16_384, 431);

/// What happens after some of the attacks.
const CUT: &str = "the connection of v is cut";

/// Plays one case and asserts that it has cost nobody but the attacker.
pub(crate) async fn play(server: &Server, way: (Eio, Transport), case: &Case, actors: &mut Actors) {
    let name = &case.title;
    let setup = case.setup.as_deref().unwrap_or_default();
    let stream = hosted::stream(server, setup, &mut actors.victim).await;
    let virtual_id = stream.as_ref().map(|stream| stream.virtual_id.as_str());
    let packets = case.packets(&actors.sid_of_v, virtual_id.unwrap_or_default());
    let linked = set_up(server, setup, actors).await;

    let query = case.query();
    if query.len() > TOO_LONG.0 {
        let target = format!("/socket.io/?EIO={}&transport=polling&{query}", way.0);
        let (status, _) = polling::request(server.address, "GET", &target, "").await;
        assert_eq!(status, TOO_LONG.1, "{name}");
    } else {
        attack(server, way, case, &query, &packets, actors).await;
    }

    // The attacker is gone: its peers may be told, and nobody else.
    actors.witness.until_listed(r#"["w","v"]"#).await;
    let (witness, victim) = actors.seen().await;
    assert_eq!(witness, [""; 0], "{name} {way:?}");
    for packet in victim {
        let (event, _) = actors::event(&packet);
        assert!(event.ends_with("TARGET_DISCONNECT"), "{name}: {packet}");
    }
    actors.are_served().await;
    if let Some(stream) = stream {
        if case.then.as_deref() == Some(CUT) {
            stream.has_lost_its_peer().await;
        } else {
            stream.carries_on(&mut actors.victim).await;
        }
    }

    // What the case has done to the victim is undone.
    actors.victim.send(r#"42["LEAVE_ROOM","r"]"#).await;
    actors.victim.send(r#"42["DESTROY_API"]"#).await;
    assert_eq!(
        actors::received(&mut actors.victim).await,
        [""; 0],
        "{name}"
    );
    if linked {
        actors.victim_returns(server).await;
        let told = std::mem::take(&mut actors.notices);
        assert_eq!(told, [r#"42["TARGET_DISCONNECT","v"]"#], "{name}");
    }
}

/// Brings about what the case begins with. True if the witness is now linked
/// with the victim.
async fn set_up(server: &Server, setup: &str, actors: &mut Actors) -> bool {
    let link = setup.contains("w has added v as target");
    if link {
        actors.witness.send(r#"421["ADD_TARGET","v"]"#).await;
        let asked = actors.victim.receive().await;
        let id = asked.strip_suffix(r#"["ADD_TARGET","w"]"#).expect(&asked);
        actors.victim.send(&format!("43{}[]", &id[2..])).await;
        actors.witness.expect("431[]").await;
    }
    for (words, packet) in [
        ("v is in room r", r#"42["JOIN_ROOM","r"]"#),
        ("v has created api q", r#"42["CREATE_API","q"]"#),
        ("v created api q", r#"42["CREATE_API","q"]"#),
        (
            "an api called disconnect",
            r#"42["CREATE_API","disconnect"]"#,
        ),
        ("an api called error", r#"42["CREATE_API","error"]"#),
    ] {
        if setup.contains(words) {
            actors.victim.send(packet).await;
        }
    }
    // An API that cannot be called is refused when it is created.
    for packet in actors::received(&mut actors.victim).await {
        assert!(packet.starts_with(r#"42["SERVER_ERROR""#), "{packet}");
    }
    if setup.ends_with("its connection was cut") {
        actors.victim_returns(server).await;
    }
    link
}

/// What the attacker does, and what must hold while it is there.
async fn attack(
    server: &Server,
    way: (Eio, Transport),
    case: &Case,
    query: &str,
    packets: &[String],
    actors: &mut Actors,
) {
    let name = &case.title;
    let mut attacker = Client::open(way, server, query).await;
    attacker.enter(way.0).await;
    for packet in packets {
        attacker.send(packet).await;
    }
    let (_, mut connected) = actors::settled(&mut attacker).await;
    match case.then.as_deref() {
        None => {}
        Some(CUT) => actors.victim_returns(server).await,
        Some(secret) => {
            assert!(
                secret.starts_with("w sends x the message secret(42)"),
                "{secret}"
            );
            let ack = if secret.ends_with("ack") { "7" } else { "" };
            let message = format!(r#"42{ack}["P2P_EMIT","x","secret",[42]]"#);
            actors.witness.send(&message).await;
            // Its sender's fence is after it, so it is there before the answer.
            assert_eq!(
                actors::received(&mut actors.witness).await,
                [""; 0],
                "{name}"
            );
            let received;
            (received, connected) = actors::settled(&mut attacker).await;
            let (event, args) = actors::event(&received[0]);
            assert_eq!((event.as_str(), args), ("secret", vec![42.into()]));
            if !ack.is_empty() {
                let id = received[0][2..]
                    .split('[')
                    .next()
                    .expect("there is an array");
                attacker.send(&format!(r#"43{id}["known"]"#)).await;
                actors.witness.expect(r#"437["known"]"#).await;
            }
        }
    }

    let (witness, victim) = actors.seen().await;
    assert_eq!(witness, [""; 0], "{name} {way:?}");
    for packet in victim {
        // SRV-CORE-F2: what is for somebody else never comes here.
        assert_ne!(actors::event(&packet).0, "secret", "{name}");
    }
    // Leaving is part of the attack. A polling session only ends by saying so.
    if way.1 == Transport::Polling && connected {
        attacker.send("1").await;
    }
    attacker.abort();
}
