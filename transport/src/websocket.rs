//! Frames over a WebSocket.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::CapacityError,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use crate::{
    close::{CloseReason, Limit},
    frame::Frame,
    wire::Wire,
};

/// Buffers of the WebSocket library: enough to batch small frames, little for an idle connection.
const BUFFER: usize = 16 << 10;

/// A byte stream that can be reset.
pub(crate) trait Link: AsyncRead + AsyncWrite + Unpin {
    fn reset_on_drop(&mut self);
}

/// Frames over a WebSocket.
#[derive(Debug)]
pub(crate) struct WebSocket<S> {
    stream: WebSocketStream<S>,
}

impl<S: Link> WebSocket<S> {
    /// Takes over a stream after the HTTP upgrade; `received` came right behind the response.
    pub(crate) async fn new(stream: S, received: Vec<u8>, max_message_size: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(BUFFER)
            .max_message_size(Some(max_message_size))
            .max_frame_size(Some(max_message_size));
        let stream =
            WebSocketStream::from_partially_read(stream, received, Role::Client, Some(config));
        Self {
            stream: stream.await,
        }
    }
}

impl<S: Link> Wire for WebSocket<S> {
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<Frame, CloseReason>> {
        loop {
            let frame = match ready!(Pin::new(&mut self.stream).poll_next(context)) {
                Some(Ok(Message::Text(text))) => Frame::Text(text.as_str().to_owned()),
                Some(Ok(Message::Binary(data))) => Frame::Binary(data),
                Some(Ok(Message::Close(close))) => Frame::Close {
                    code: close.as_ref().map(|close| close.code.into()),
                    reason: close.map_or_else(String::new, |close| close.reason.to_string()),
                },
                // Pings of the WebSocket layer are answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Err(error)) => return Poll::Ready(Err(ended(error))),
                None => return Poll::Ready(Err(CloseReason::Lost("end of stream".to_owned()))),
            };
            return Poll::Ready(Ok(frame));
        }
    }

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        Pin::new(&mut self.stream)
            .poll_ready(context)
            .map_err(ended)
    }

    fn write(&mut self, frame: Frame) -> Result<(), CloseReason> {
        let message = match frame {
            Frame::Text(text) => Message::text(text),
            Frame::Binary(data) => Message::Binary(data),
            Frame::Close { code, reason } => Message::Close(code.map(|code| CloseFrame {
                code: CloseCode::from(code),
                reason: reason.into(),
            })),
        };
        Pin::new(&mut self.stream)
            .start_send(message)
            .map_err(ended)
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        Pin::new(&mut self.stream)
            .poll_flush(context)
            .map_err(ended)
    }

    fn reset_on_drop(&mut self) {
        self.stream.get_mut().reset_on_drop();
    }
}

/// Translates the errors of the WebSocket library.
fn ended(error: Error) -> CloseReason {
    match error {
        Error::Io(error) => CloseReason::Lost(error.to_string()),
        Error::Capacity(CapacityError::MessageTooLong {
            size,
            max_size: max,
        }) => CloseReason::Limit(Limit::MessageSize { size, max }),
        Error::ConnectionClosed | Error::AlreadyClosed => {
            CloseReason::Lost("end of stream".to_owned())
        }
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => CloseReason::Lost("end of stream".to_owned()),
        other => CloseReason::WebSocket(other.to_string()),
    }
}
