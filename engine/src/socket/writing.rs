//! Which task writes what waits, and when.

use std::io;
use std::task::Waker;

use super::{Socket, State, Writer};
use crate::io::SharedIo;
use crate::session::{Chunk, Phase, Queue};

impl<D> Socket<D> {
    /// Writes what waits, as far as the connection takes it, or lets the request that
    /// polls have it.
    pub(crate) fn flush(&self) {
        let mut state = self.state.lock();
        loop {
            if !matches!(state.writer, Writer::Batch) {
                return;
            }
            let State {
                machine, writer, ..
            } = &mut *state;
            let frames = match &mut machine.queue {
                Queue::Packets { .. } => {
                    *writer = Writer::Idle;
                    let poll = state.poll.take();
                    drop(state);
                    if let Some(poll) = poll {
                        poll.wake();
                    }
                    return;
                }
                Queue::Frames(frames) => frames,
            };
            // The connection is known before anything is queued as frames for it.
            let Some((io, chunk)) = self.io.get().zip(frames.take()) else {
                *writer = Writer::Idle;
                return;
            };
            // The lock is free while the system writes. More may be queued meanwhile, and
            // is written in the next round.
            drop(state);
            let written = write(io, chunk);
            let all = matches!(written, Written::All);
            state = self.state.lock();
            let waker = state.wrote(written);
            state.recount(&self.shared.backlog);
            if all && waker.is_none() {
                continue;
            }
            drop(state);
            if let Some(waker) = waker {
                waker.wake();
            }
            if !all {
                // Writing is the woken task's now, which may be at it already.
                return;
            }
            state = self.state.lock();
        }
    }
}

impl State {
    /// Notes how writing went. Gives the task of the connection if it has to do something
    /// now: write the rest, see that the connection is broken, or see that all is said.
    fn wrote(&mut self, written: Written) -> Option<Waker> {
        let all = matches!(written, Written::All);
        match written {
            Written::All => self.written_out(),
            Written::UpTo(rest) => self.writer = Writer::Task(Some(rest)),
            Written::Broken => self.writer = Writer::Broken,
        }
        if all && matches!(self.machine.phase(), Phase::Open) {
            return None;
        }
        self.websocket.take()
    }

    /// Makes the caller the one that writes. False if another writes already.
    pub(super) fn claim(&mut self) -> bool {
        let idle = matches!(self.writer, Writer::Idle);
        if idle {
            self.writer = Writer::Batch;
        }
        idle
    }

    /// All that was taken out is written.
    pub(crate) fn written_out(&mut self) {
        if let Queue::Frames(frames) = &mut self.machine.queue {
            frames.written_out();
        }
    }
}

/// How writing a chunk has ended.
enum Written {
    /// All of it is written.
    All,
    /// The connection takes nothing more now. This is left.
    UpTo(Chunk),
    /// The connection is broken.
    Broken,
}

/// Writes a chunk, as far as it goes without waiting.
fn write(io: &SharedIo, mut chunk: Chunk) -> Written {
    let mut write = || {
        while let Some(bytes) = chunk.next() {
            match io.try_write(bytes)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => chunk.advance(written),
            }
        }
        io.try_flush()
    };
    match write() {
        Ok(()) => Written::All,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Written::UpTo(chunk),
        Err(_) => Written::Broken,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::{Wake, Waker};
    use std::time::Duration;

    use tokio::net::{TcpListener, TcpStream};

    use super::Writer;
    use crate::io::Io;
    use crate::session::{Form, Transport};
    use crate::{Batch, Config, Generation, Handler, Opening, Server, Socket, StallGuard};

    /// Does nothing.
    struct Nobody;

    impl Handler for Nobody {
        type Data = ();

        fn open(&self, _: Opening) {}

        fn text(&self, _: &Arc<Socket<()>>, _: &str, _: &mut Batch<()>) {}

        fn binary(&self, _: &Arc<Socket<()>>, _: &[u8], _: &mut Batch<()>) {}
    }

    /// The task of a connection that is quick: when it is woken it writes the rest, and is
    /// about to write what came meanwhile.
    struct Quick(Arc<Socket<()>>);

    impl Wake for Quick {
        fn wake(self: Arc<Self>) {
            self.0.with(|state| {
                assert!(matches!(state.writer, Writer::Task(Some(_))));
                state.writer = Writer::Batch;
                state.written_out();
            });
            self.0.send(&["later"], &[], &mut Batch::new()).unwrap();
        }
    }

    /// Both ends of a connection that takes nothing more.
    async fn full() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connect = TcpStream::connect(listener.local_addr().unwrap());
        let (client, accepted) = tokio::join!(connect, listener.accept());
        let server = accepted.unwrap().0;
        server.writable().await.unwrap();
        while server.try_write(&[0; 4096]).is_ok() {}
        (server, client.unwrap())
    }

    #[tokio::test]
    async fn who_could_not_write_all_leaves_the_rest_to_the_task_that_was_woken() {
        let server = Server::new(Arc::new(Nobody), Config::default());
        let (request, ()) = http::Request::new(()).into_parts();
        let (generation, transport) = (Generation::V4, Transport::WebSocket);
        let socket = server.open(generation, transport, request, Form::default());
        let socket = socket.unwrap();
        let (stream, _client) = full().await;
        let (stream, tie) = StallGuard::new(stream, Duration::from_secs(20)).into_parts();
        socket.attach(Arc::new(Io::Tcp(stream, tie)));
        let quick = Waker::from(Arc::new(Quick(Arc::clone(&socket))));
        socket.with(|state| state.websocket = Some(quick));

        let mut batch = Batch::new();
        socket.send(&["first"], &[], &mut batch).unwrap();
        batch.flush();

        // It is the woken task that writes, and what it will write is still there.
        assert!(socket.with(|state| matches!(state.writer, Writer::Batch)));
        assert_eq!(socket.queued().packets, 1);
    }
}
