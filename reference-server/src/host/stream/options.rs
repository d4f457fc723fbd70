//! How the server's end of a stream behaves.

/// How the server's end of a stream behaves. The two ends need not agree.
///
/// ```no_run
/// # async fn open(handle: sio_p2p_server::Handle) -> Result<(), sio_p2p_server::OpenStreamError> {
/// use sio_p2p_server::StreamOptions;
///
/// let options = StreamOptions { read_buffer: 1 << 20, ..StreamOptions::default() };
/// let stream = handle.open_stream("alice").options(options).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamOptions {
    /// How many bytes may wait for the reader before the client has to. The chunk
    /// that reaches this mark is still taken, however large it is. Default: 16 KiB, as
    /// the original has it.
    pub read_buffer: usize,
    /// How many bytes more are taken from a client that does not wait before the
    /// stream is destroyed. Clients of the original always wait. Default: 4 MiB.
    pub excess: usize,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            read_buffer: 16 << 10,
            excess: 4 << 20,
        }
    }
}
