//! However things are mixed, a session keeps what it promises.

use std::time::Duration;

use proptest::prelude::*;

use super::harness::Harness;
use super::steps::{Step, kind, length, step};
use crate::session::{Bounds, Phase, Transport};
use crate::{CloseReason, Generation};

pub(super) fn generation() -> impl Strategy<Value = Generation> {
    prop::sample::select(vec![Generation::V3, Generation::V4])
}

fn transport() -> impl Strategy<Value = Transport> {
    prop::sample::select(vec![
        Transport::Polling,
        Transport::Polling,
        Transport::WebSocket,
    ])
}

/// Any relation of the times to each other, and queues that are soon full.
pub(super) fn bounds() -> impl Strategy<Value = Bounds> {
    let milliseconds = |from, to| (from..to).prop_map(Duration::from_millis);
    (
        milliseconds(100_u64, 60_000),
        milliseconds(100, 60_000),
        milliseconds(100, 20_000),
        2_usize..12,
        100_usize..20_000,
    )
        .prop_map(
            |(ping_interval, ping_timeout, upgrade_timeout, queue_packets, queue_bytes)| Bounds {
                ping_interval,
                ping_timeout,
                upgrade_timeout,
                queue_packets,
                queue_bytes,
            },
        )
}

/// Delivers all that is left, after the program has closed the session.
fn finish(harness: &mut Harness) {
    harness.step(Step::Close);
    for _ in 0..100 {
        if harness.machine.is_over() {
            return;
        }
        harness.step(Step::Poll { lost: false });
        harness.step(Step::Write(usize::MAX));
    }
    panic!("a session does not come to its end");
}

proptest! {
    /// The laws of [`Harness`] hold after each step. A session that is still open is then
    /// closed, and its client gets every message that was sent, over whatever carried it.
    #[test]
    fn any_mixture_of_events_keeps_the_promises(
        generation in generation(),
        transport in transport(),
        bounds in bounds(),
        steps in prop::collection::vec(step(), 0..150),
    ) {
        let mut harness = Harness::new(generation, transport, bounds);
        for step in steps {
            harness.step(step);
        }
        // Here, and not in the middle of something that will fail.
        harness.step(Step::PollBreaks);
        if harness.machine.phase() == Phase::Open {
            finish(&mut harness);
            prop_assert_eq!(harness.machine.phase(), Phase::Ended(CloseReason::ServerClose));
            prop_assert_eq!(harness.seen, harness.sent, "something was lost");
        }
        prop_assert!(harness.seen <= harness.sent);
    }

    /// Nothing is lost, doubled or moved at an upgrade, whatever waited for the client and
    /// wherever in the stream of messages it happens.
    #[test]
    fn an_upgrade_keeps_every_message_and_their_order(
        generation in generation(),
        before in prop::collection::vec(quiet(), 0..30),
        after in prop::collection::vec(quiet(), 0..30),
        bounds in bounds(),
    ) {
        let mut harness = Harness::new(generation, Transport::Polling, bounds);
        for step in before {
            if !(harness.polls() && matches!(step, Step::Poll { .. })) {
                harness.step(step);
            }
        }
        harness.step(Step::Upgrade);
        prop_assert_eq!(harness.machine.transport(), Transport::WebSocket);
        for step in after {
            harness.step(step);
        }
        prop_assert_eq!(harness.machine.phase(), Phase::Open);
        finish(&mut harness);
        prop_assert_eq!(harness.seen, harness.sent);
    }
}

/// Steps that no session ends by, if no request polls while another does.
fn quiet() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (kind(), length()).prop_map(|(kind, length)| Step::Send(kind, length)),
        2 => Just(Step::Poll { lost: false }),
        2 => (0_usize..10_000).prop_map(Step::Write),
    ]
}
