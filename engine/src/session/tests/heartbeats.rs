//! A silent client is given up on time, and one that is alive is not.

use std::time::Duration;

use proptest::prelude::*;

use super::laws::{bounds, generation};
use super::steps::Step;
use super::world::World;
use crate::session::{Phase, Transport};
use crate::{CloseReason, Generation, Packet};

proptest! {
    /// The client shows signs of life at these times after one another, then none any more.
    /// With timers that are punctual, the session ends exactly one interval and one timeout
    /// after the last sign.
    #[test]
    fn a_session_ends_when_its_client_was_silent_for_long_enough_and_never_before(
        generation in generation(),
        bounds in bounds(),
        gaps in prop::collection::vec(0_u64..80_000, 0..10),
        chatter: bool,
    ) {
        let patience = bounds.ping_interval + bounds.ping_timeout;
        let mut world = World::new(generation, Transport::WebSocket, bounds);
        let mut last = Duration::ZERO;
        for gap in gaps {
            world.step(Step::Wait(gap));
            if world.now >= last + patience {
                break;
            }
            prop_assert_eq!(world.machine.phase(), Phase::Open);
            world.step(match generation {
                Generation::V3 => Step::Heard,
                Generation::V4 => Step::Receive(Packet::Pong("")),
            });
            last = world.now;
        }
        // What is no sign of life does not help.
        if chatter {
            world.step(Step::Receive(Packet::Message("hello")));
        }
        world.step(Step::Write(usize::MAX));
        let end = last + patience;
        if let Some(left) = end.checked_sub(world.now).filter(|left| !left.is_zero()) {
            let left = u64::try_from(left.as_millis()).unwrap();
            world.step(Step::Wait(left - 1));
            prop_assert_eq!(world.machine.phase(), Phase::Open);
            world.step(Step::Wait(1));
        }
        prop_assert_eq!(world.machine.phase(), Phase::Ended(CloseReason::PingTimeout));
    }
}
