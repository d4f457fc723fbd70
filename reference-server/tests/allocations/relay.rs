//! The relay by itself, without sockets.

use std::time::Duration;

use allocation_counter::measure;
use sio_p2p_protocol::{MessageRef, argument_list};
use sio_p2p_server::relay::{ConnectionId, Handshake, Outbox, Policy, Relay};

/// Lets clients `client-0001` and so on join, and returns their connections.
fn join(relay: &mut Relay, outbox: &mut Outbox, clients: u64) {
    for number in 1..=clients {
        let handshake = Handshake {
            client_id: Some(format!("client{number:04}")),
            sid: format!("{number:020}"),
        };
        relay.connected(ConnectionId(number), handshake, outbox);
        while outbox.next_host_event().is_some() {}
        assert!(outbox.next().is_none());
    }
}

/// Sends messages back and forth, `window` of them under way at a time, some of which
/// are answered.
fn relay_messages(relay: &mut Relay, outbox: &mut Outbox, now: &mut Duration, rounds: usize) {
    const WINDOW: usize = 16;
    let (a, b) = (ConnectionId(1), ConnectionId(2));
    let messages = [
        r#"["P2P_EMIT","client0002","chat message",[{"text":"hello","n":[1,2]}]]"#,
        r#"["P2P_EMIT",{"targetClientId":"client0002","event":"e","args":["client0001",1]}]"#,
        r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"client0002","event":"e","args":[]}]"#,
        r#"["P2P_EMIT","client0002","P2P_EMIT_STREAM-from-stream-x",["chunk"]]"#,
    ];
    for _ in 0..rounds {
        let mut asked = [0; WINDOW];
        for (number, asked) in asked.iter_mut().enumerate() {
            *now += Duration::from_micros(7);
            relay.advance(*now, outbox);
            for ack in [None, Some(number as u64)] {
                let text = messages[number % messages.len()];
                let message = MessageRef::read(text).unwrap();
                let route = relay.route(a, &message, ack, 0, outbox).unwrap();
                assert_eq!(route.to, b);
                assert!(message.forwarded_len() > 4);
                if let Some(id) = route.ack {
                    *asked = id + 1;
                }
            }
        }
        for id in asked.iter().filter_map(|id| id.checked_sub(1)) {
            assert_eq!(argument_list("[null,{\"ok\":true}]").unwrap().len(), 18);
            let route = relay.route_ack(b, id, outbox).unwrap();
            assert_eq!(route.to, a);
        }
    }
}

#[test]
fn messages_take_no_memory_and_connections_little() {
    let (mut relay, mut outbox) = (Relay::new(Policy::default()), Outbox::default());
    let connections = 10_000;
    let info = measure(|| join(&mut relay, &mut outbox, connections));
    let each = info.bytes_current / i64::try_from(connections).unwrap();
    println!("{each} bytes for each connection that is idle");
    assert!(each < 700, "{each} bytes for each connection that is idle");

    let mut now = Duration::ZERO;
    relay_messages(&mut relay, &mut outbox, &mut now, 1_000);
    // More than 10,000 messages, and 3 acks for every 8 of them.
    let info = measure(|| relay_messages(&mut relay, &mut outbox, &mut now, 400));
    assert_eq!(info.count_total, 0, "messages were relayed with {info:?}");

    let info = measure(|| {
        for number in 1..=connections {
            relay.gone(ConnectionId(number), &mut outbox);
            while outbox.next_host_event().is_some() {}
        }
    });
    assert!(info.bytes_current < 0, "nothing was given back: {info:?}");
}
