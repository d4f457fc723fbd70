//! However things are mixed, a session keeps what it promises.

use std::time::Duration;

use proptest::prelude::*;

use super::steps::{Step, kind, length, step};
use super::world::World;
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
fn finish(world: &mut World) {
    world.step(Step::Close);
    for _ in 0..100 {
        if world.machine.is_over() {
            return;
        }
        world.step(Step::Poll { lost: false });
        world.step(Step::Write(usize::MAX));
    }
    panic!("a session does not come to its end");
}

proptest! {
    /// The laws of [`World`] hold after each step. A session that is still open is then
    /// closed, and its client gets every message that was sent, over whatever carried it.
    #[test]
    fn any_mixture_of_events_keeps_the_promises(
        generation in generation(),
        transport in transport(),
        bounds in bounds(),
        steps in prop::collection::vec(step(), 0..150),
    ) {
        let mut world = World::new(generation, transport, bounds);
        for step in steps {
            world.step(step);
        }
        // Here, and not in the middle of something that will fail.
        world.step(Step::PollBreaks);
        if world.machine.phase() == Phase::Open {
            finish(&mut world);
            prop_assert_eq!(world.machine.phase(), Phase::Ended(CloseReason::ServerClose));
            prop_assert_eq!(world.seen, world.sent, "something was lost");
        }
        prop_assert!(world.seen <= world.sent);
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
        let mut world = World::new(generation, Transport::Polling, bounds);
        for step in before {
            if !(world.polls() && matches!(step, Step::Poll { .. })) {
                world.step(step);
            }
        }
        world.step(Step::Upgrade);
        prop_assert_eq!(world.machine.transport(), Transport::WebSocket);
        for step in after {
            world.step(step);
        }
        prop_assert_eq!(world.machine.phase(), Phase::Open);
        finish(&mut world);
        prop_assert_eq!(world.seen, world.sent);
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
