//! A silent client is given up on time, and one that is alive is not.

use std::time::Duration;

use proptest::prelude::*;

use super::harness::Harness;
use super::laws::{bounds, generation};
use super::steps::Step;
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
        let mut harness = Harness::new(generation, Transport::WebSocket, bounds);
        let mut last = Duration::ZERO;
        for gap in gaps {
            harness.step(Step::Wait(gap));
            if harness.now >= last + patience {
                break;
            }
            prop_assert_eq!(harness.machine.phase(), Phase::Open);
            harness.step(match generation {
                Generation::V3 => Step::Heard,
                Generation::V4 => Step::Receive(Packet::Pong("")),
            });
            last = harness.now;
        }
        // What is no sign of life does not help.
        if chatter {
            harness.step(Step::Receive(Packet::Message("hello")));
        }
        harness.step(Step::Write(usize::MAX));
        let end = last + patience;
        if let Some(left) = end.checked_sub(harness.now).filter(|left| !left.is_zero()) {
            let left = u64::try_from(left.as_millis()).unwrap();
            harness.step(Step::Wait(left - 1));
            prop_assert_eq!(harness.machine.phase(), Phase::Open);
            harness.step(Step::Wait(1));
        }
        prop_assert_eq!(harness.machine.phase(), Phase::Ended(CloseReason::PingTimeout));
    }
}
