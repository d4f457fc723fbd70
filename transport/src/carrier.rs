//! What carries a connection, and its change from polling to a WebSocket.
//!
//! The upgrade goes as the JavaScript clients do it, and loses and reorders nothing:
//!
//! 1. A WebSocket is opened for the session; `2probe` goes out, `3probe` must come back.
//!    Meanwhile polling goes on as if nothing were.
//! 2. No further GET is begun, and the one under way is waited for (the server ends it with a
//!    noop), so that everything sent there has been read. Then no further POST is begun, and the
//!    one under way is waited for, so that the server has everything posted before anything that
//!    follows on the WebSocket. In this order, since only the first can take long, if the
//!    application is slow, and pongs have to be posted meanwhile.
//! 3. `5` goes out on the WebSocket, then the frames that have waited. From there the server
//!    sends on it, too.
//!
//! Whatever fails before the `5` ends only the attempt: polling goes on.

use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{sync::watch, time::timeout};

use crate::{
    close::CloseReason,
    cookies::Cookies,
    dial::{Dialer, Line},
    frame::Frame,
    handshake::Handshake,
    observer::{Direction, FrameObserver},
    options::ConnectOptions,
    polling::{Held, Polling},
    transports::{InUse, Transport, Transports},
    upgrade::upgrade,
    websocket::WebSocket,
    wire::Wire,
};

type Probe = Pin<Box<dyn Future<Output = Result<WebSocket<Line>, String>> + Send>>;

enum State {
    WebSocket(Box<WebSocket<Line>>),
    Polling,
    /// Step 1.
    Probing(Probe),
    /// Step 2.
    Pausing(Box<WebSocket<Line>>),
}

/// The wire of a connection.
pub(crate) struct Carrier {
    state: State,
    /// Until it has been replaced.
    polling: Option<Box<Polling>>,
    /// Frames for the WebSocket that were written before it took over.
    waiting: VecDeque<Frame>,
    /// Some of the waiting frames were not flushed.
    owed: bool,
    observer: FrameObserver,
    in_use: watch::Sender<InUse>,
}

impl Carrier {
    pub(crate) fn websocket(wire: WebSocket<Line>, options: &ConnectOptions) -> Self {
        Self {
            state: State::WebSocket(Box::new(wire)),
            polling: None,
            waiting: VecDeque::new(),
            owed: false,
            observer: options.observer.clone(),
            in_use: watch::Sender::new(InUse::of(Transport::WebSocket)),
        }
    }

    /// A polling session after its handshake; begins the upgrade, if it is wanted and offered.
    pub(crate) fn polling(
        mut wire: Polling,
        handshake: &Handshake,
        dialer: Dialer,
        options: &ConnectOptions,
    ) -> Self {
        wire.opened(handshake);
        let offered = handshake.upgrades.iter().any(|name| name == "websocket");
        let state = if options.transports == Transports::PollingThenUpgrade && offered {
            let cookies = wire.cookies().clone();
            let sid = handshake.engine_sid.clone();
            State::Probing(Box::pin(probe(dialer, options.clone(), cookies, sid)))
        } else {
            State::Polling
        };
        Self {
            state,
            polling: Some(Box::new(wire)),
            waiting: VecDeque::new(),
            owed: false,
            observer: options.observer.clone(),
            in_use: watch::Sender::new(InUse::of(Transport::Polling)),
        }
    }

    /// Tells which carrier is in use, and whether a poll waits.
    pub(crate) fn watch(&self) -> watch::Receiver<InUse> {
        self.in_use.subscribe()
    }

    /// Steps 1 and 2 of the upgrade, as far as they can go now.
    fn advance(&mut self, context: &mut Context<'_>) {
        if let State::Probing(attempt) = &mut self.state
            && let Poll::Ready(result) = attempt.as_mut().poll(context)
        {
            match result {
                Ok(websocket) => {
                    self.hold(Held::Reading);
                    self.state = State::Pausing(Box::new(websocket));
                }
                Err(why) => self.stay(&why),
            }
        }
        if let State::Pausing(websocket) = &mut self.state {
            // Before the `5` there is nothing that a server could say there but that it is gone.
            if websocket.poll_read(context).is_ready() {
                self.stay("the websocket ended before it was used");
            }
        }
    }

    /// Gives the attempt up.
    fn stay(&mut self, why: &str) {
        tracing::debug!(why, "no upgrade, polling goes on");
        self.hold(Held::Nothing);
        self.state = State::Polling;
    }

    fn hold(&mut self, held: Held) {
        if let Some(polling) = &mut self.polling {
            polling.hold(held);
        }
    }

    /// Step 3, once polling has come to rest. Tells whether the WebSocket carries now.
    fn switch(&mut self) -> bool {
        let (State::Pausing(_), Some(polling)) = (&self.state, &mut self.polling) else {
            return false;
        };
        if !polling.has_read_all() {
            return false;
        }
        polling.hold(Held::All);
        if !polling.has_posted_all() {
            return false;
        }
        let (State::Pausing(websocket), Some(mut polling)) = (
            std::mem::replace(&mut self.state, State::Polling),
            self.polling.take(),
        ) else {
            return false;
        };
        self.waiting = polling.take_queue();
        let upgrade = Frame::text("5");
        self.observer.see(Direction::Out, &upgrade);
        self.waiting.push_front(upgrade);
        self.owed = true;
        self.state = State::WebSocket(websocket);
        self.in_use.send_replace(InUse::of(Transport::WebSocket));
        true
    }

    /// Writes what waited for the WebSocket.
    fn poll_waiting(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        let State::WebSocket(websocket) = &mut self.state else {
            return Poll::Ready(Ok(()));
        };
        while !self.waiting.is_empty() {
            ready!(websocket.poll_ready(context))?;
            if let Some(frame) = self.waiting.pop_front() {
                websocket.write(frame)?;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Wire for Carrier {
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<Frame, CloseReason>> {
        loop {
            if let State::WebSocket(websocket) = &mut self.state {
                return websocket.poll_read(context);
            }
            let Some(polling) = &mut self.polling else {
                return Poll::Ready(Err(CloseReason::Lost("end of stream".to_owned())));
            };
            let polled = polling.poll_read(context);
            let waits = polling.poll_waits();
            self.in_use.send_if_modified(|in_use| {
                std::mem::replace(&mut in_use.poll_waits, waits) != waits
            });
            if polled.is_ready() || !self.switch() {
                return polled;
            }
            self.poll_progress(context);
        }
    }

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        ready!(self.poll_waiting(context))?;
        match (&mut self.state, &mut self.polling) {
            (State::WebSocket(websocket), _) => websocket.poll_ready(context),
            (_, Some(polling)) => polling.poll_ready(context),
            (_, None) => Poll::Ready(Ok(())),
        }
    }

    fn write(&mut self, frame: Frame) -> Result<(), CloseReason> {
        if let State::WebSocket(websocket) = &mut self.state {
            return websocket.write(frame);
        }
        // Who leaves does not move any more.
        if matches!(frame, Frame::Close { .. }) {
            self.stay("the connection is being closed");
        }
        match &mut self.polling {
            Some(polling) => polling.write(frame),
            None => Ok(()),
        }
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        if let Some(polling) = &mut self.polling {
            let flushed = polling.poll_flush(context);
            if flushed.is_ready() || !self.switch() {
                return flushed;
            }
        }
        ready!(self.poll_waiting(context))?;
        match &mut self.state {
            State::WebSocket(websocket) => {
                ready!(websocket.poll_flush(context))?;
                self.owed = false;
                Poll::Ready(Ok(()))
            }
            _ => Poll::Ready(Ok(())),
        }
    }

    fn poll_progress(&mut self, context: &mut Context<'_>) {
        self.advance(context);
        self.switch();
        if self.owed {
            // An error is met again by who reads.
            let _ = self.poll_flush(context);
        }
    }

    fn reset_on_drop(&mut self) {
        match (&mut self.state, &mut self.polling) {
            (State::WebSocket(websocket), _) => websocket.reset_on_drop(),
            (_, Some(polling)) => polling.reset_on_drop(),
            (_, None) => {}
        }
    }
}

/// Opens a WebSocket for the session and tries it. The text of the error is for the log.
async fn probe(
    dialer: Dialer,
    options: ConnectOptions,
    cookies: Cookies,
    sid: String,
) -> Result<WebSocket<Line>, String> {
    let attempt = async {
        let mut line = dialer.dial().await.map_err(|error| error.to_string())?;
        let target = options.session_target(Transport::WebSocket, &sid);
        let received = upgrade(&mut line, &options, &cookies, &target)
            .await
            .map_err(|error| error.to_string())?;
        let mut websocket = WebSocket::new(line, received, options.max_message_size).await;
        let question = Frame::text("2probe");
        options.observer.see(Direction::Out, &question);
        let lost = |reason: CloseReason| reason.to_string();
        poll_fn(|context| websocket.poll_ready(context))
            .await
            .map_err(lost)?;
        websocket.write(question).map_err(lost)?;
        poll_fn(|context| websocket.poll_flush(context))
            .await
            .map_err(lost)?;
        let answer = poll_fn(|context| websocket.poll_read(context))
            .await
            .map_err(lost)?;
        options.observer.see(Direction::In, &answer);
        if answer == Frame::text("3probe") {
            Ok(websocket)
        } else {
            Err("the answer to the probe is none".to_owned())
        }
    };
    let most = options.connect_timeout;
    let result = timeout(most, attempt).await;
    result.unwrap_or_else(|_| Err(format!("no answer to the probe within {most:?}")))
}
