//! An observer that keeps every frame as a line: `> ` out, `< ` in.

use sio_p2p_transport::{ConnectOptions, Direction, Frame};
use tokio::sync::watch;

use super::soon;

/// What a connection sent and received, in order.
#[derive(Debug, Clone)]
pub(crate) struct Trace(watch::Receiver<Vec<String>>);

impl Trace {
    /// Installs a trace.
    pub(crate) fn observe(options: ConnectOptions) -> (ConnectOptions, Self) {
        let (sender, lines) = watch::channel(Vec::new());
        let options = options.observe(move |direction, frame| {
            let arrow = if direction == Direction::In { '<' } else { '>' };
            let frame = match frame {
                Frame::Text(text) => text.clone(),
                Frame::Binary(data) => format!("{data:?}"),
                Frame::Close { code, .. } => format!("close {code:?}"),
            };
            sender.send_modify(|lines| lines.push(format!("{arrow} {frame}")));
        });
        (options, Self(lines))
    }

    /// The lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }

    /// Waits until this line has been seen so many times.
    pub(crate) async fn until(&self, line: &str, times: usize) {
        let mut lines = self.0.clone();
        let seen = |lines: &Vec<String>| lines.iter().filter(|seen| *seen == line).count();
        let reached = lines.wait_for(|lines| seen(lines) >= times);
        soon(reached).await.expect("the connection ended first");
    }
}
