//! How long a step waits: as long as anything moves.
//!
//! A deadline counts time without progress. A slow line that brings one frame after the other
//! is no server that does not answer, and how long a scenario takes on it says nothing about
//! the server. So each frame on any connection of the play, heartbeats apart, begins the
//! deadline anew. A server that sends for ever does not hold a step for ever: there is a bound.

use std::time::Duration;

use tokio::time::Instant;

use crate::player::play::trace::Trace;

/// So many times its deadline a step waits at most, whatever comes.
const BOUND: u32 = 10;
/// The least bound: short deadlines have no shorter one.
const LEAST_BOUND: Duration = Duration::from_secs(30);

/// One wait, from its beginning on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    began: Instant,
    deadline: Duration,
}

impl Wait {
    /// Waiting begins now.
    pub(crate) fn new(deadline: Duration) -> Self {
        Self {
            began: Instant::now(),
            deadline,
        }
    }

    /// When it is over if nothing moves from now on.
    pub(crate) fn until(&self, trace: &Trace) -> Instant {
        let moved = trace
            .last_move()
            .map_or(self.began, |at| at.max(self.began));
        let bound = (self.deadline * BOUND).max(LEAST_BOUND);
        (moved + self.deadline).min(self.began + bound)
    }
}

#[cfg(test)]
mod tests {
    use sio_p2p_transport::{Direction, Frame};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn what_moves_is_waited_for_within_a_bound() {
        let trace = Trace::new();
        let see = trace.observer("a");
        let wait = Wait::new(2 * SECOND);
        let began = Instant::now();
        assert_eq!(wait.until(&trace), began + 2 * SECOND);
        tokio::time::advance(SECOND).await;
        see(Direction::In, &Frame::text("42[\"x\"]"));
        assert_eq!(wait.until(&trace), began + 3 * SECOND);
        // Heartbeats of either side go on while nothing happens.
        tokio::time::advance(SECOND).await;
        see(Direction::In, &Frame::text("2"));
        see(Direction::Out, &Frame::text("3"));
        assert_eq!(wait.until(&trace), began + 3 * SECOND);
        for _ in 0..100 {
            tokio::time::advance(SECOND).await;
            see(Direction::In, &Frame::binary(vec![1]));
        }
        assert_eq!(wait.until(&trace), began + LEAST_BOUND);
    }
}
