//! Byte streams by name, and what is reported of them.

use std::rc::Rc;

use tokio::{
    io::{AsyncRead, AsyncReadExt},
    task::spawn_local,
};

use crate::{
    line::Event,
    named::{Named, NoSuch},
    run::say,
};

/// The most that is reported at once, in bytes.
const PIECE: usize = 64 << 10;

/// The streams of a driver: what writes to each of them, by name, while what comes from it is
/// reported as `data`, and how it ends as `ended` or `closed`.
#[derive(Debug)]
pub struct Streams<Writer>(Rc<Named<Writer>>);

impl<Writer> Default for Streams<Writer> {
    fn default() -> Self {
        Self(Rc::new(Named::new("stream")))
    }
}

impl<Writer: 'static> Streams<Writer> {
    /// Takes a stream that was opened under this name, and reports what comes from it. Only within
    /// [`run`](crate::run), like [`accepted`](Self::accepted).
    pub fn opened(
        &self,
        name: impl Into<String>,
        (reader, writer): (impl AsyncRead + Unpin + 'static, Writer),
    ) {
        let name = name.into();
        self.0.put(&name, writer);
        spawn_local(report(Rc::clone(&self.0), name, reader));
    }

    /// Takes a stream that another client has asked for, and reports it under a fresh name before
    /// what comes from it.
    pub fn accepted(
        &self,
        from: Option<String>,
        (reader, writer): (impl AsyncRead + Unpin + 'static, Writer),
    ) {
        let stream = self.0.put_new(writer);
        let name = stream.clone();
        say(&Event::StreamOpened { stream, from });
        spawn_local(report(Rc::clone(&self.0), name, reader));
    }

    /// What writes to this stream.
    pub fn get(&self, name: &str) -> Result<Writer, NoSuch>
    where
        Writer: Clone,
    {
        self.0.get(name)
    }

    /// Takes what writes to this stream, to destroy it. Its end is not reported any more.
    pub fn take(&self, name: &str) -> Result<Writer, NoSuch> {
        self.0.take(name)
    }
}

async fn report<Writer>(
    streams: Rc<Named<Writer>>,
    stream: String,
    mut reader: impl AsyncRead + Unpin,
) {
    let mut piece = vec![0; PIECE];
    loop {
        let read = reader.read(&mut piece).await;
        if !streams.has(&stream) {
            return;
        }
        match read {
            Ok(0) => return say(&Event::Ended { stream }),
            Ok(length) => {
                let (stream, data) = (stream.clone(), piece[..length].into());
                say(&Event::Data { stream, data });
            }
            Err(error) => {
                let error = Some(error.to_string());
                return say(&Event::Closed { stream, error });
            }
        }
    }
}
