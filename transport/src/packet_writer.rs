//! The writing side of a connection's task: commands in, frames out, never waiting.

use std::{
    collections::VecDeque,
    task::{Context, Poll},
};

use tokio::sync::{mpsc, oneshot};

use crate::{
    close::CloseReason,
    frame::Frame,
    observer::{Direction, FrameObserver},
    wire::Wire,
};

/// What the application wants written.
#[derive(Debug)]
pub(crate) enum Command {
    /// Frames that belong together: a packet and its attachments.
    Frames(Vec<Frame>),
    /// Tell when everything before has been handed to the operating system.
    Flush(oneshot::Sender<()>),
}

#[derive(Debug, PartialEq, Eq)]
enum Mode {
    Open,
    /// The last frames are being written; what is queued behind them is dropped.
    Finishing,
    /// Writing has failed. What the server still says is worth reading: it may say why.
    Broken,
}

/// What is to be written, and how far that has come.
#[derive(Debug)]
pub(crate) struct PacketWriter {
    commands: mpsc::Receiver<Command>,
    /// The rest of the packet that is being written.
    outbox: VecDeque<Frame>,
    /// A heartbeat to be written before the next packet. However many are due while the server
    /// does not read, one is enough, so that pings cannot fill memory.
    beat: Option<Frame>,
    flushers: Vec<oneshot::Sender<()>>,
    mode: Mode,
    /// There will be no more commands.
    drained: bool,
    /// Something has been written since the last flush.
    dirty: bool,
}

impl PacketWriter {
    pub(crate) fn new(commands: mpsc::Receiver<Command>) -> Self {
        Self {
            commands,
            outbox: VecDeque::new(),
            beat: None,
            flushers: Vec::new(),
            mode: Mode::Open,
            drained: false,
            dirty: false,
        }
    }

    /// Takes no further commands; those that are queued will be written.
    pub(crate) fn close(&mut self) {
        self.commands.close();
    }

    /// Queues a heartbeat frame.
    pub(crate) fn beat(&mut self, frame: Frame) {
        self.beat = Some(frame);
    }

    /// Drops everything unwritten and queues the last frames instead.
    pub(crate) fn finish_with(&mut self, frames: Vec<Frame>) {
        self.close();
        self.beat = None;
        self.outbox = frames.into();
        if self.mode == Mode::Open {
            self.mode = Mode::Finishing;
        }
        // Also for the answer to a close frame, which the library has queued by itself.
        self.dirty = true;
    }

    /// Whether every command has been taken and written, or cannot be.
    pub(crate) fn is_drained(&self) -> bool {
        self.mode == Mode::Broken || (self.drained && self.outbox.is_empty())
    }

    /// Whether everything has been handed to the operating system, or cannot be.
    pub(crate) fn is_flushed(&self) -> bool {
        self.mode == Mode::Broken || (!self.dirty && self.outbox.is_empty())
    }

    /// Writes as much as the peer takes, and sees to it that the task is woken for the rest.
    pub(crate) fn write(
        &mut self,
        context: &mut Context<'_>,
        wire: &mut impl Wire,
        observer: &FrameObserver,
    ) {
        if self.mode != Mode::Broken && self.try_write(context, wire, observer).is_err() {
            self.mode = Mode::Broken;
            self.close();
            self.flushers.clear();
        }
    }

    fn try_write(
        &mut self,
        context: &mut Context<'_>,
        wire: &mut impl Wire,
        observer: &FrameObserver,
    ) -> Result<(), CloseReason> {
        loop {
            if self.outbox.is_empty() && !self.take_more(context) {
                break;
            }
            let Some(frame) = self.outbox.pop_front() else {
                continue;
            };
            match wire.poll_ready(context) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => {
                    self.outbox.push_front(frame);
                    return Ok(());
                }
            }
            observer.see(Direction::Out, &frame);
            self.dirty = true;
            wire.write(frame)?;
        }
        // Frames are flushed together, once nothing more is queued.
        if self.dirty {
            match wire.poll_flush(context) {
                Poll::Ready(flushed) => flushed?,
                Poll::Pending => return Ok(()),
            }
            self.dirty = false;
        }
        for done in self.flushers.drain(..) {
            let _ = done.send(());
        }
        Ok(())
    }

    /// Fills the outbox; tells whether it is worth looking again.
    fn take_more(&mut self, context: &mut Context<'_>) -> bool {
        if let Some(beat) = self.beat.take() {
            self.outbox.push_back(beat);
            return true;
        }
        if self.mode != Mode::Open {
            return false;
        }
        match self.commands.poll_recv(context) {
            Poll::Ready(Some(Command::Frames(frames))) => self.outbox = frames.into(),
            Poll::Ready(Some(Command::Flush(done))) => self.flushers.push(done),
            Poll::Ready(None) => {
                self.drained = true;
                return false;
            }
            Poll::Pending => return false,
        }
        true
    }
}
