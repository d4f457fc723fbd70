mod harness;
mod heartbeats;
mod laws;
mod model;
mod steps;
mod wire;

use std::time::Duration;

use super::*;
use crate::{CloseReason, Generation, Packet};

const BOUNDS: Bounds = Bounds {
    ping_interval: Duration::from_secs(25),
    ping_timeout: Duration::from_secs(20),
    upgrade_timeout: Duration::from_secs(10),
    queue_packets: 100,
    queue_bytes: 100_000,
};

const START: Duration = Duration::ZERO;

fn polling(generation: Generation) -> Machine {
    Machine::polling(generation, START, &BOUNDS)
}

fn texts(answer: Answer) -> Vec<String> {
    let Answer::Packets(items) = answer else {
        return Vec::new();
    };
    let text = |item: Item| match item {
        Item::Text(text) => String::from_utf8_lossy(&text).into_owned(),
        Item::Binary(data) => format!("{} bytes", data.len()),
    };
    items.into_iter().map(text).collect()
}

#[test]
fn a_poll_waits_for_packets_and_gets_all_of_them_in_order() {
    let mut machine = polling(Generation::V4);
    let poll = machine.poll().unwrap();
    assert_eq!(machine.answer(poll), Answer::Wait);
    machine.queue.message(&["a"]);
    machine.queue.message(&["b", "c"]);
    machine.queued();
    assert!(machine.wakes().poll);
    assert_eq!(texts(machine.answer(poll)), ["4a", "4bc"]);
    assert_eq!(machine.phase(), Phase::Open);
}

#[test]
fn two_requests_of_one_kind_end_the_session_and_the_first_learns_of_it() {
    let mut machine = polling(Generation::V4);
    let poll = machine.poll().unwrap();
    assert_eq!(machine.poll(), Err(Refusal::Overlap));
    assert_eq!(
        machine.phase(),
        Phase::Ended(CloseReason::OverlappingRequests)
    );
    assert_eq!(texts(machine.answer(poll)), ["1"]);
    assert!(machine.is_over());

    let mut machine = polling(Generation::V3);
    machine.post().unwrap();
    assert_eq!(machine.post(), Err(Refusal::Overlap));
    assert_eq!(
        machine.phase(),
        Phase::Ended(CloseReason::OverlappingRequests)
    );
}

#[test]
fn a_request_that_breaks_off_ends_the_session_at_once() {
    let mut machine = polling(Generation::V4);
    let poll = machine.poll().unwrap();
    machine.poll_broke(poll);
    assert_eq!(machine.phase(), Phase::Ended(CloseReason::TransportError));

    let mut machine = polling(Generation::V4);
    let post = machine.post().unwrap();
    machine.post_ended(post, false);
    assert_eq!(machine.phase(), Phase::Ended(CloseReason::TransportError));

    let mut machine = polling(Generation::V4);
    let post = machine.post().unwrap();
    machine.post_ended(post, true);
    assert_eq!(machine.phase(), Phase::Open);
}

#[test]
fn an_upgrade_takes_over_what_waits_and_lets_the_poll_go() {
    let mut machine = polling(Generation::V4);
    let poll = machine.poll().unwrap();
    let prober = machine.probe(START, &BOUNDS).unwrap();
    assert_eq!(machine.probe(START, &BOUNDS), Err(Refusal::SecondWebSocket));
    let pong = machine.probed(prober, &Packet::Ping("probe"), START);
    assert_eq!(pong, Ok(Some(Packet::Pong("probe"))));
    machine.queue.message(&["waits"]);
    assert_eq!(machine.probed(prober, &Packet::Upgrade, START), Ok(None));
    assert_eq!(machine.transport(), Transport::WebSocket);
    assert_eq!(texts(machine.answer(poll)), ["6"]);
    assert!(matches!(&machine.queue, Queue::Frames(frames) if frames.depth().0 == 1));
    assert_eq!(machine.poll(), Err(Refusal::TransportMismatch));
    assert_eq!(machine.probe(START, &BOUNDS), Err(Refusal::SecondWebSocket));
    assert_eq!(machine.phase(), Phase::Open);
}

/// A probe that breaks, hangs or says anything else leaves the session as it was.
#[test]
fn a_probe_that_fails_changes_nothing() {
    type Failure = fn(&mut Machine, Prober);
    let failures: [Failure; 3] = [
        |machine, prober| machine.websocket_gone(prober, CloseReason::TransportError),
        |machine, _| machine.tick(BOUNDS.upgrade_timeout, &BOUNDS),
        |machine, prober| {
            let refused = machine.probed(prober, &Packet::Message("x"), START);
            assert_eq!(refused, Err(Refusal::SecondWebSocket));
        },
    ];
    for fail in failures {
        let mut machine = polling(Generation::V4);
        let prober = machine.probe(START, &BOUNDS).unwrap();
        machine.probed(prober, &Packet::Ping("probe"), START).ok();
        fail(&mut machine, prober);
        assert_eq!(machine.phase(), Phase::Open);
        assert_eq!(machine.transport(), Transport::Polling);
        assert!(!machine.is_probe(prober));
        assert!(machine.probe(START, &BOUNDS).is_ok(), "another may come");
    }
}

#[test]
fn a_poll_is_answered_ten_times_a_second_while_a_probe_is_under_way() {
    let mut machine = polling(Generation::V4);
    let prober = machine.probe(START, &BOUNDS).unwrap();
    machine.probed(prober, &Packet::Ping("probe"), START).ok();
    let mut noops = 0;
    let mut poll = machine.poll().unwrap();
    for millisecond in 1..=1_000 {
        machine.tick(Duration::from_millis(millisecond), &BOUNDS);
        if texts(machine.answer(poll)) == ["6"] {
            noops += 1;
            poll = machine.poll().unwrap();
        }
    }
    assert_eq!(noops, 10);
}

#[test]
fn heartbeats_have_a_direction() {
    let mut machine = polling(Generation::V4);
    machine.tick(BOUNDS.ping_interval, &BOUNDS);
    assert_eq!(machine.queue.depth().0, 1, "a heartbeat is sent");
    machine.received(&Packet::Pong(""), BOUNDS.ping_interval, &BOUNDS);
    let second = BOUNDS.ping_interval * 2;
    machine.tick(second, &BOUNDS);
    machine.tick(second + BOUNDS.ping_timeout, &BOUNDS);
    assert_eq!(machine.phase(), Phase::Ended(CloseReason::PingTimeout));

    let mut machine = polling(Generation::V3);
    machine.received(&Packet::Ping(""), START, &BOUNDS);
    assert_eq!(machine.queue.depth().0, 1, "a heartbeat is answered");
    machine.tick(BOUNDS.ping_interval + BOUNDS.ping_timeout, &BOUNDS);
    assert_eq!(machine.phase(), Phase::Ended(CloseReason::PingTimeout));

    for (generation, packet) in [
        (Generation::V4, Packet::Ping("")),
        (Generation::V3, Packet::Pong("")),
    ] {
        let mut machine = polling(generation);
        machine.received(&packet, START, &BOUNDS);
        assert_eq!(machine.phase(), Phase::Ended(CloseReason::ParseError));
    }
}

#[test]
fn what_waits_when_the_server_closes_can_still_be_fetched() {
    let mut machine = polling(Generation::V4);
    machine.queue.message(&["last"]);
    machine.close(CloseReason::ServerClose, START);
    assert!(!machine.is_over() && !machine.takes_messages());
    let poll = machine.poll().unwrap();
    assert_eq!(texts(machine.answer(poll)), ["4last", "1"]);
    assert!(machine.is_over());

    let mut machine = polling(Generation::V4);
    machine.close(CloseReason::ServerClose, START);
    let due = machine.due().unwrap();
    machine.tick(due, &BOUNDS);
    assert!(machine.is_over(), "it was not fetched in time");
}

#[test]
fn a_websocket_that_is_closed_ends_when_all_is_written() {
    let mut machine = Machine::websocket(Generation::V4, START, &BOUNDS);
    machine.close(CloseReason::ServerClose, START);
    assert_eq!(machine.phase(), Phase::Closing(CloseReason::ServerClose));
    machine.written_out();
    assert_eq!(machine.phase(), Phase::Ended(CloseReason::ServerClose));
    assert!(machine.is_over());
}

/// Asking costs a client nothing, so answers that it does not take are bounded.
#[test]
fn a_client_that_asks_without_end_gets_no_more_answers_than_it_may_have() {
    use Generation::{V3, V4};
    let most = BOUNDS.queue_packets + 16;
    let mut machines = [
        (V3, polling(V3)),
        (V3, Machine::websocket(V3, START, &BOUNDS)),
        (V4, Machine::websocket(V4, START, &BOUNDS)),
    ];
    for (generation, machine) in &mut machines {
        for _ in 0..10_000 {
            if machine.transport() == Transport::WebSocket {
                machine.pinged(&[0; 125], &BOUNDS);
            }
            if *generation == V3 {
                machine.received(&Packet::Ping(""), START, &BOUNDS);
            }
        }
        assert_eq!(machine.queue.depth().0, most);
        assert_eq!(machine.phase(), Phase::Open);
    }

    // Nor do heartbeats that it answers without reading them.
    let mut machine = polling(V4);
    for beat in 1..1_000 {
        let now = BOUNDS.ping_interval * beat;
        machine.tick(now, &BOUNDS);
        machine.received(&Packet::Pong(""), now, &BOUNDS);
    }
    assert_eq!(machine.queue.depth().0, most);
}

#[test]
fn an_answer_is_not_much_larger_than_it_may_be() {
    let mut machine = polling(Generation::V4);
    for message in ["a", "b", "c"] {
        machine.queue.message(&[&message.repeat(3 << 20)]);
    }
    for expected in [vec!['a', 'b'], vec!['c']] {
        let poll = machine.poll().unwrap();
        let texts = texts(machine.answer(poll));
        let got: Vec<_> = texts
            .iter()
            .filter_map(|text| text.chars().nth(1))
            .collect();
        assert_eq!(got, expected);
    }
}
