use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{CloseReason, Generation, Packet};

const TIMES: Times = Times {
    ping_interval: Duration::from_secs(25),
    ping_timeout: Duration::from_secs(20),
    upgrade_timeout: Duration::from_secs(10),
};

const START: Duration = Duration::ZERO;

fn polling(generation: Generation) -> Machine {
    Machine::polling(generation, START, &TIMES)
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
    let prober = machine.probe(START, &TIMES).unwrap();
    assert_eq!(machine.probe(START, &TIMES), Err(Refusal::SecondWebSocket));
    let pong = machine.probed(prober, &Packet::Ping("probe"), START);
    assert_eq!(pong, Ok(Some(Packet::Pong("probe"))));
    machine.queue.message(&["waits"]);
    assert_eq!(machine.probed(prober, &Packet::Upgrade, START), Ok(None));
    assert_eq!(machine.transport(), Transport::WebSocket);
    assert_eq!(texts(machine.answer(poll)), ["6"]);
    assert!(matches!(&machine.queue, Queue::Frames(frames) if frames.depth().0 == 1));
    assert_eq!(machine.poll(), Err(Refusal::TransportMismatch));
    assert_eq!(machine.probe(START, &TIMES), Err(Refusal::SecondWebSocket));
    assert_eq!(machine.phase(), Phase::Open);
}

/// A probe that breaks, hangs or says anything else leaves the session as it was.
#[test]
fn a_probe_that_fails_changes_nothing() {
    type Failure = fn(&mut Machine, Prober);
    let failures: [Failure; 3] = [
        |machine, prober| machine.websocket_gone(prober, CloseReason::TransportError),
        |machine, _| machine.tick(TIMES.upgrade_timeout, &TIMES),
        |machine, prober| {
            let refused = machine.probed(prober, &Packet::Message("x"), START);
            assert_eq!(refused, Err(Refusal::SecondWebSocket));
        },
    ];
    for fail in failures {
        let mut machine = polling(Generation::V4);
        let prober = machine.probe(START, &TIMES).unwrap();
        machine.probed(prober, &Packet::Ping("probe"), START).ok();
        fail(&mut machine, prober);
        assert_eq!(machine.phase(), Phase::Open);
        assert_eq!(machine.transport(), Transport::Polling);
        assert!(!machine.is_probe(prober));
        assert!(machine.probe(START, &TIMES).is_ok(), "another may come");
    }
}

#[test]
fn a_poll_is_answered_ten_times_a_second_while_a_probe_is_under_way() {
    let mut machine = polling(Generation::V4);
    let prober = machine.probe(START, &TIMES).unwrap();
    machine.probed(prober, &Packet::Ping("probe"), START).ok();
    let mut noops = 0;
    let mut poll = machine.poll().unwrap();
    for millisecond in 1..=1_000 {
        machine.tick(Duration::from_millis(millisecond), &TIMES);
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
    machine.tick(TIMES.ping_interval, &TIMES);
    assert_eq!(machine.queue.depth().0, 1, "a heartbeat is sent");
    machine.received(&Packet::Pong(""), TIMES.ping_interval, &TIMES);
    let second = TIMES.ping_interval * 2;
    machine.tick(second, &TIMES);
    machine.tick(second + TIMES.ping_timeout, &TIMES);
    assert_eq!(machine.phase(), Phase::Ended(CloseReason::PingTimeout));

    let mut machine = polling(Generation::V3);
    machine.received(&Packet::Ping(""), START, &TIMES);
    assert_eq!(machine.queue.depth().0, 1, "a heartbeat is answered");
    machine.tick(TIMES.ping_interval + TIMES.ping_timeout, &TIMES);
    assert_eq!(machine.phase(), Phase::Ended(CloseReason::PingTimeout));

    for (generation, packet) in [
        (Generation::V4, Packet::Ping("")),
        (Generation::V3, Packet::Pong("")),
    ] {
        let mut machine = polling(generation);
        machine.received(&packet, START, &TIMES);
        assert_eq!(machine.phase(), Phase::Ended(CloseReason::TransportError));
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
    machine.tick(due, &TIMES);
    assert!(machine.is_over(), "nobody has come for it");
}

#[test]
fn a_websocket_that_is_closed_ends_when_all_is_written() {
    let mut machine = Machine::websocket(Generation::V4, START, &TIMES);
    machine.close(CloseReason::ServerClose, START);
    assert_eq!(machine.phase(), Phase::Closing(CloseReason::ServerClose));
    machine.written_out();
    assert_eq!(machine.phase(), Phase::Ended(CloseReason::ServerClose));
    assert!(machine.is_over());
}

/// Anything that may happen to a session.
#[derive(Debug, Clone)]
enum Step {
    Poll,
    PollBreaks,
    Post,
    PostEnds(bool),
    Probe,
    ProbePing,
    ProbeUpgrade,
    ProbeGone,
    Send,
    Receive(u8),
    Wait(u16),
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Poll),
        1 => Just(Step::PollBreaks),
        3 => Just(Step::Post),
        3 => any::<bool>().prop_map(Step::PostEnds),
        2 => Just(Step::Probe),
        2 => Just(Step::ProbePing),
        1 => Just(Step::ProbeUpgrade),
        1 => Just(Step::ProbeGone),
        6 => Just(Step::Send),
        3 => (0_u8..8).prop_map(Step::Receive),
        3 => (0_u16..12_000).prop_map(Step::Wait),
        1 => Just(Step::Close),
    ];
    proptest::collection::vec(step, 0..120)
}

fn packet(number: u8) -> Packet<'static> {
    match number {
        0 => Packet::Close,
        1 => Packet::Ping(""),
        2 => Packet::Pong(""),
        3 => Packet::Upgrade,
        4 => Packet::Noop,
        _ => Packet::Message("x"),
    }
}

proptest! {
    /// However things are mixed: an end is for ever and has one reason, what a client gets
    /// on polling is in order and nothing twice, and nothing is due in the past.
    #[test]
    fn any_mixture_of_events_keeps_the_promises(
        steps in steps(),
        four in any::<bool>(),
    ) {
        let generation = if four { Generation::V4 } else { Generation::V3 };
        let mut machine = polling(generation);
        let mut now = START;
        let (mut poll, mut post, mut prober) = (None, None, None);
        let (mut sent, mut seen) = (0_u32, 0_u32);
        let mut end = None;
        for step in steps {
            match step {
                Step::Poll => if let Ok(request) = machine.poll() { poll = Some(request); },
                Step::PollBreaks => if let Some(request) = poll.take() { machine.poll_broke(request); },
                Step::Post => if let Ok(request) = machine.post() { post = Some(request); },
                Step::PostEnds(whole) => if let Some(request) = post.take() { machine.post_ended(request, whole); },
                Step::Probe => if let Ok(new) = machine.probe(now, &TIMES) { prober = Some(new); },
                Step::ProbePing => if let Some(prober) = prober { machine.probed(prober, &Packet::Ping("probe"), now).ok(); },
                Step::ProbeUpgrade => if let Some(prober) = prober { machine.probed(prober, &Packet::Upgrade, now).ok(); },
                Step::ProbeGone => if let Some(prober) = prober.take() { machine.websocket_gone(prober, CloseReason::TransportError); },
                Step::Send => if machine.takes_messages() {
                    machine.queue.message(&[&sent.to_string()]);
                    machine.queued();
                    sent += 1;
                },
                Step::Receive(number) => {
                    let open = machine.takes_messages();
                    let packet = packet(number);
                    let received = machine.received(&packet, now, &TIMES);
                    prop_assert!(open || received == Received::Nothing);
                }
                Step::Wait(milliseconds) => {
                    now += Duration::from_millis(milliseconds.into());
                    machine.tick(now, &TIMES);
                }
                Step::Close => machine.close(CloseReason::ServerClose, now),
            }
            if let Some(request) = poll {
                let answer = machine.answer(request);
                if answer != Answer::Wait {
                    poll = None;
                }
                for text in texts(answer) {
                    if let Some(number) = text.strip_prefix('4') {
                        prop_assert_eq!(number.parse::<u32>().unwrap(), seen);
                        seen += 1;
                    }
                }
            }
            match machine.phase() {
                Phase::Open => prop_assert!(end.is_none(), "an end is for ever"),
                Phase::Closing(reason) | Phase::Ended(reason) => {
                    prop_assert!(machine.transport() == Transport::WebSocket || *end.get_or_insert(reason) == reason);
                    prop_assert!(!machine.takes_messages());
                }
            }
        }
        prop_assert!(seen <= sent);
    }
}
