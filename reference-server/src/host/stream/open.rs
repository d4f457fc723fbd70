//! Opening a stream to a client.

use std::future::Future;
use std::sync::Arc;

use sio_p2p_protocol::{ClientId, CreateStreamAck, Failure, StreamInfo};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::end::End;
use super::options::{OpenStreamError, StreamOptions};
use super::{HostStream, text};
use crate::host::Handle;
use crate::host::shared::SharedDriver;
use crate::host::state::AckWaiter;
use crate::relay::{Data, SERVER_SIDE};

impl Handle {
    /// Opens a stream to a client (SRV-STR-1).
    ///
    /// The client is asked before this returns. The future waits until it accepts, at
    /// most for the [`timeout`](StreamOptions::timeout) of the options. If the future is dropped,
    /// or the client accepts too late, the client is told that the stream is
    /// destroyed.
    ///
    /// ```no_run
    /// # async fn send(handle: sio_p2p_server::Handle) -> Result<(), Box<dyn std::error::Error>> {
    /// use sio_p2p_server::StreamOptions;
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// let options = StreamOptions::default().channel("files".try_into()?);
    /// let mut stream = handle.open_stream(&"alice".try_into()?, options).await?;
    /// stream.write_all(b"what a client reads").await?;
    /// stream.shutdown().await?;
    /// let mut answer = Vec::new();
    /// stream.read_to_end(&mut answer).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_stream(
        &self,
        client: &ClientId,
        options: StreamOptions,
    ) -> impl Future<Output = Result<HostStream, OpenStreamError>> + Send + use<> {
        let started = Opening::start(&self.driver, client, &options);
        async move {
            let (opening, answer) = started?;
            match tokio::time::timeout(options.timeout, answer).await {
                Ok(Ok(Ok(answer))) => opening.answered(&answer),
                Ok(Ok(Err(failure))) => Err(OpenStreamError::NotConnected(failure)),
                Ok(Err(_)) => Err(OpenStreamError::Ended),
                Err(_) => {
                    let milliseconds = options.timeout.as_millis();
                    let milliseconds = milliseconds.try_into().unwrap_or(u64::MAX);
                    let failure = Failure::StreamTimeout { milliseconds };
                    Err(OpenStreamError::TimedOut(failure))
                }
            }
        }
    }
}

/// A stream that a client was asked for. Dropped before the client has accepted, it
/// undoes that.
struct Opening {
    driver: Arc<dyn SharedDriver>,
    id: ClientId,
    info: StreamInfo,
    ack: u64,
    /// What the client has said, as far as anybody has looked at it.
    accepted: Option<bool>,
}

/// Where the client's answer arrives.
type Answer = oneshot::Receiver<Result<Data, Failure>>;

impl Opening {
    /// Asks a client to accept a stream.
    fn start(
        shared: &Arc<dyn SharedDriver>,
        client: &ClientId,
        options: &StreamOptions,
    ) -> Result<(Self, Answer), OpenStreamError> {
        let uuid = || Uuid::new_v4().to_string();
        let info = options.info(client, || uuid().into());
        // Not empty, so it is a client id; the fallback only spares a panic.
        let id = ClientId::new(format!("{}{SERVER_SIDE}", uuid()));
        let id = id.unwrap_or_else(|_| client.clone());
        let (reply, answer) = oneshot::channel();

        let mut driver = shared.lock_driver();
        let (state, mut host) = driver.split();
        if state.is_closed() {
            return Err(OpenStreamError::Ended);
        }
        let ack = state.expect(AckWaiter::Program(reply));
        if let Err(failure) = host.open_stream(&id, info.clone(), ack) {
            state.forget(ack);
            return Err(OpenStreamError::NotConnected(failure));
        }
        // The client may write before it accepts (SRV-STR-14), so there is somewhere
        // to put it already.
        let end = End::new(options.high_water, options.excess);
        state.streams.ends.insert(id.clone(), end);
        drop(driver);
        let opening = Self {
            driver: Arc::clone(shared),
            id,
            info,
            ack,
            accepted: None,
        };
        Ok((opening, answer))
    }

    /// The client has answered.
    fn answered(mut self, answer: &Data) -> Result<HostStream, OpenStreamError> {
        match CreateStreamAck::decode(&answer.json) {
            Ok(CreateStreamAck::Accepted) => {}
            Ok(CreateStreamAck::Refused(reason)) => {
                self.accepted = Some(false);
                return Err(OpenStreamError::Refused(text(&reason)));
            }
            Err(error) => return Err(OpenStreamError::Refused(error.to_string())),
        }
        self.accepted = Some(true);
        let (id, info) = (self.id.clone(), self.info.clone());
        Ok(HostStream::new(Arc::clone(&self.driver), id, info))
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        if self.accepted == Some(true) {
            return;
        }
        let mut driver = self.driver.lock_driver();
        let (state, mut host) = driver.split();
        let unanswered = state.forget(self.ack).is_some();
        if unanswered {
            let given_up = AckWaiter::GivenUp {
                client: self.info.target().clone(),
                stream: self.info.source_stream().clone(),
            };
            state.hand_over(self.ack, given_up);
        }
        // As long as it has neither accepted nor written, the client has no end that
        // would have to be destroyed. It has one if it may have accepted while nobody
        // was looking.
        let accepted = !unanswered && self.accepted.is_none();
        state.drop_stream(&self.id, |end| accepted || end.was_heard(), &mut host);
    }
}
