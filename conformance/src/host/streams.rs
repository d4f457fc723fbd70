//! The streams of the conformance host, by the names that clients gave them.

use std::collections::HashMap;
use std::future::{IntoFuture as _, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use parking_lot::Mutex;
use sio_p2p_server::{Args, Binary, Handle, HostStream, Responder};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::asked::{Asked, answer, text_of};

/// How much of one stream is remembered. More is not read, and so not confirmed.
const REMEMBERED: usize = 16 << 20;

/// All streams that were ever opened.
#[derive(Default)]
pub(super) struct Streams {
    streams: Mutex<HashMap<String, Stream>>,
}

/// One stream: a task that reads it, a task that writes it, and what has been read.
struct Stream {
    record: Arc<Mutex<Record>>,
    reads: mpsc::UnboundedSender<Option<Responder>>,
    chunks: mpsc::UnboundedSender<Write>,
    tasks: JoinSet<()>,
}

/// Something to write, and how to say that it is written.
enum Write {
    Bytes(Bytes, Option<Responder>),
    End(Option<Responder>),
}

/// What has been read.
struct Record {
    bytes: Vec<u8>,
    state: &'static str,
}

impl Streams {
    /// `conformance:open-stream`: the client is asked in its turn, and the call answered
    /// when the client has decided.
    pub(super) fn open(self: &Arc<Self>, handle: &Handle, asked: &mut Asked) -> Result<(), String> {
        let name = asked.key(0)?;
        let opening = handle.open_stream(asked.key(1)?);
        let mut opening = opening.channel(asked.text(2)?.as_deref());
        if let Some(args) = asked.list(3)? {
            // Attachments of the call are not for the client.
            opening = opening.args(Args::from(args.into_parts().0));
        }
        let opening = opening.into_future();
        let (streams, responder) = (Arc::clone(self), asked.later());
        tokio::spawn(async move {
            let args = match opening.await {
                Ok(stream) => {
                    streams.streams.lock().insert(name, Stream::start(stream));
                    Args::default()
                }
                Err(error) => text_of(&error.to_string()),
            };
            answer(responder, args);
        });
        Ok(())
    }

    /// `conformance:stream-write`: done when the client has confirmed it.
    pub(super) fn write(&self, asked: &mut Asked) -> Result<(), String> {
        let bytes = asked.bytes(1)?;
        self.order(asked, |stream, responder| {
            drop(stream.chunks.send(Write::Bytes(bytes, responder)));
        })
    }

    /// `conformance:stream-end`: done when the end has been sent.
    pub(super) fn end(&self, asked: &mut Asked) -> Result<(), String> {
        self.order(asked, |stream, responder| {
            drop(stream.chunks.send(Write::End(responder)));
        })
    }

    /// `conformance:stream-destroy`: done when nothing holds the stream any more.
    pub(super) fn destroy(&self, asked: &mut Asked) -> Result<(), String> {
        self.order(asked, |stream, responder| {
            let mut tasks = std::mem::take(&mut stream.tasks);
            let record = Arc::clone(&stream.record);
            tokio::spawn(async move {
                // Each task drops its half; the second drop destroys the stream.
                tasks.shutdown().await;
                record.lock().state = "destroyed";
                answer(responder, Args::default());
            });
        })
    }

    /// `conformance:stream-read`: what has arrived until now.
    pub(super) fn read(&self, asked: &mut Asked) -> Result<(), String> {
        self.order(asked, |stream, responder| {
            if let Err(unread) = stream.reads.send(responder) {
                stream.record.lock().tell(unread.0);
            }
        })
    }

    fn order(
        &self,
        asked: &mut Asked,
        order: impl FnOnce(&mut Stream, Option<Responder>),
    ) -> Result<(), String> {
        let name = asked.key(0)?;
        let mut streams = self.streams.lock();
        let stream = streams.get_mut(&name);
        let stream = stream.ok_or_else(|| format!("there is no stream {name:?}"))?;
        order(stream, asked.later());
        Ok(())
    }
}

impl Stream {
    fn start(stream: HostStream) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        let record = Arc::new(Mutex::new(Record {
            bytes: Vec::new(),
            state: "open",
        }));
        let (reads, read_orders) = mpsc::unbounded_channel();
        let (chunks, write_orders) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(read_all(reader, Arc::clone(&record), read_orders));
        tasks.spawn(write_all(writer, write_orders));
        Self {
            record,
            reads,
            chunks,
            tasks,
        }
    }
}

/// Reads whatever comes, and tells it when it is asked. What had arrived before the question
/// is in the answer, because it is read first.
async fn read_all(
    mut reader: ReadHalf<HostStream>,
    record: Arc<Mutex<Record>>,
    mut orders: mpsc::UnboundedReceiver<Option<Responder>>,
) {
    let mut over = false;
    loop {
        let order = poll_fn(|cx| {
            over = over || record.lock().take_in(Pin::new(&mut reader), cx);
            orders.poll_recv(cx)
        });
        match order.await {
            Some(responder) => record.lock().tell(responder),
            None => return,
        }
    }
}

impl Record {
    /// Reads until nothing more is there; true if nothing more will be.
    fn take_in(
        &mut self,
        mut reader: Pin<&mut ReadHalf<HostStream>>,
        cx: &mut Context<'_>,
    ) -> bool {
        let mut space = [0; 8192];
        while self.bytes.len() < REMEMBERED {
            let mut buffer = ReadBuf::new(&mut space);
            match reader.as_mut().poll_read(cx, &mut buffer) {
                Poll::Pending => return false,
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    self.state = "ended";
                    return true;
                }
                Poll::Ready(Ok(())) => self.bytes.extend_from_slice(buffer.filled()),
                Poll::Ready(Err(_)) => {
                    self.state = "destroyed";
                    return true;
                }
            }
        }
        true
    }

    fn tell(&self, responder: Option<Responder>) {
        let args = Args::from_value(&(Binary::from(self.bytes.clone()), self.state));
        answer(responder, args.unwrap_or_default());
    }
}

/// Writes what it is told to, one after the other.
async fn write_all(mut writer: WriteHalf<HostStream>, mut orders: mpsc::UnboundedReceiver<Write>) {
    while let Some(order) = orders.recv().await {
        let (written, responder) = match order {
            Write::Bytes(bytes, responder) => (confirmed(&mut writer, &bytes).await, responder),
            Write::End(responder) => (writer.shutdown().await, responder),
        };
        let args = written.map_or_else(|error| text_of(&error.to_string()), |()| Args::default());
        answer(responder, args);
    }
}

async fn confirmed(writer: &mut WriteHalf<HostStream>, bytes: &[u8]) -> std::io::Result<()> {
    writer.write_all(bytes).await?;
    writer.flush().await
}
