//! A line on which messages take their time.

use std::collections::VecDeque;
use std::time::Duration;

use sio_p2p_transport::Frame;
use tokio::time::Instant;

/// How many messages may be under way. Nothing more is read until one has arrived.
const UNDER_WAY: usize = 4096;

/// One direction of a line with jitter: each message takes a random time, and none overtakes
/// another. Messages travel side by side, so that the line is late and not slow.
#[derive(Debug)]
pub(super) struct JitteryLine {
    /// How long a message may take at most.
    most: Duration,
    under_way: VecDeque<(Instant, Frame)>,
}

impl JitteryLine {
    pub(super) fn new(most: Duration) -> Self {
        Self {
            most,
            under_way: VecDeque::new(),
        }
    }

    /// Sends a message off.
    pub(super) fn send(&mut self, frame: Frame) {
        let most = u64::try_from(self.most.as_micros()).unwrap_or(u64::MAX);
        let takes = Duration::from_micros(fastrand::u64(0..=most));
        let now = Instant::now();
        let before = self.under_way.back().map_or(now, |(due, _)| *due);
        self.under_way.push_back((before.max(now + takes), frame));
    }

    /// Whether messages can be sent off.
    pub(super) fn has_room(&self) -> bool {
        self.under_way.len() < UNDER_WAY
    }

    /// When the next message arrives, if one is under way.
    pub(super) fn next_arrival(&self) -> Option<Instant> {
        self.under_way.front().map(|(due, _)| *due)
    }

    /// A message that has arrived.
    pub(super) fn arrived(&mut self) -> Option<Frame> {
        let due = self.next_arrival()?;
        (due <= Instant::now())
            .then(|| self.under_way.pop_front())
            .flatten()
            .map(|(_, frame)| frame)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn messages_travel_side_by_side_in_order() {
        let mut line = JitteryLine::new(Duration::from_millis(30));
        let frames: Vec<_> = (0..1000).map(|n| Frame::text(n.to_string())).collect();
        for frame in &frames {
            assert!(line.has_room());
            line.send(frame.clone());
        }
        let mut arrived = Vec::new();
        for _ in 0..30 {
            arrived.extend(std::iter::from_fn(|| line.arrived()));
            advance(Duration::from_millis(1)).await;
        }
        arrived.extend(std::iter::from_fn(|| line.arrived()));
        assert_eq!(arrived, frames);
        assert_eq!(line.next_arrival(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_holds_no_more_than_it_may() {
        let mut line = JitteryLine::new(Duration::from_millis(30));
        for _ in 0..UNDER_WAY {
            assert!(line.has_room());
            line.send(Frame::text("x"));
        }
        assert!(!line.has_room());
        advance(Duration::from_millis(30)).await;
        assert!(line.arrived().is_some());
        assert!(line.has_room());
    }

    #[tokio::test(start_paused = true)]
    async fn without_jitter_a_message_arrives_at_once() {
        let mut line = JitteryLine::new(Duration::ZERO);
        line.send(Frame::text("x"));
        assert_eq!(line.arrived(), Some(Frame::text("x")));
        assert_eq!(line.arrived(), None);
    }
}
