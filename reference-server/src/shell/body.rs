//! The body of a polling request, read whole before the engine decodes it.
//!
//! The engine decodes the text form of Engine.IO 3 in a time that grows with the
//! square of the body: it looks again at all it has for every piece that
//! arrives, and at the rest of a piece for every packet in it. A client could
//! keep a core busy for seconds with one request (SRV-ROB-2). Given one piece for
//! each packet, the same decoder takes linear time.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame, SizeHint};

/// A body that is there as a whole, or broke off before it was.
#[derive(Debug, Default)]
pub(crate) struct WholeBody {
    /// What the decoder gets, piece by piece. All share the memory of the body.
    pieces: VecDeque<Bytes>,
    /// After the pieces comes an error instead of the end.
    broken: bool,
}

/// Why the rest of a body is not read. It ends the session that it was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request body is too large, too slow or broken")]
pub(crate) struct BrokenBody;

impl WholeBody {
    /// A body of which nobody will see the end.
    pub(crate) fn broken() -> Self {
        Self {
            broken: true,
            ..Self::default()
        }
    }

    /// A body that needs no care.
    pub(crate) fn plain(bytes: Bytes) -> Self {
        Self {
            pieces: [bytes].into(),
            broken: false,
        }
    }

    /// A body of Engine.IO 3 text: packets with their lengths before them. One
    /// piece for each.
    pub(crate) fn packets(mut bytes: Bytes) -> Self {
        // Lengths count characters, so only text can be taken apart.
        if std::str::from_utf8(&bytes).is_err() {
            return Self::broken();
        }
        let mut pieces = VecDeque::new();
        // What is no packet ends the search; the decoder refuses it in one go.
        while !bytes.is_empty() {
            let end = first_packet(&bytes).unwrap_or(bytes.len());
            pieces.push_back(bytes.split_to(end));
        }
        Self {
            pieces,
            broken: false,
        }
    }
}

/// Where the first packet of a payload ends, in bytes; `None` if it does not.
fn first_packet(bytes: &[u8]) -> Option<usize> {
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let length = std::str::from_utf8(bytes.get(..colon)?).ok()?;
    let mut units: usize = length.parse().ok()?;
    let mut end = colon + 1;
    // JavaScript counts units of UTF-16, of which a character of four bytes of
    // UTF-8 has two and every other has one.
    while units > 0 {
        let (bytes, cost) = match bytes.get(end)? {
            0x00..0x80 => (1, 1),
            0x80..0xe0 => (2, 1),
            0xe0..0xf0 => (3, 1),
            0xf0.. => (4, 2),
        };
        end += bytes;
        units = units.saturating_sub(cost);
    }
    Some(end)
}

/// Reads a body to its end, but not more than `limit` bytes.
pub(crate) async fn collect<B>(body: B, limit: usize) -> Result<Bytes, BrokenBody>
where
    B: Body<Data = Bytes>,
{
    let mut body = std::pin::pin!(body);
    let mut whole = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await
    {
        // Trailers may follow the data; they say nothing that matters here.
        let Ok(piece) = frame.map_err(|_| BrokenBody)?.into_data() else {
            continue;
        };
        // Checked before it is kept: a body may claim any size and have another.
        if whole.len() + piece.len() > limit {
            return Err(BrokenBody);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

/// Everything is there already, so nothing ever waits.
impl Body for WholeBody {
    type Data = Bytes;
    type Error = BrokenBody;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenBody>>> {
        if let Some(piece) = self.pieces.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        let broken = std::mem::take(&mut self.broken);
        Poll::Ready(broken.then_some(Err(BrokenBody)))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && !self.broken
    }

    fn size_hint(&self) -> SizeHint {
        let bytes: usize = self.pieces.iter().map(Bytes::len).sum();
        SizeHint::with_exact(bytes as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pieces(mut body: WholeBody) -> Vec<Result<Bytes, BrokenBody>> {
        let mut pieces = Vec::new();
        while let Some(frame) =
            std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
        {
            pieces.push(frame.map(|frame| frame.into_data().unwrap()));
        }
        pieces
    }

    #[tokio::test]
    async fn there_is_one_piece_for_each_packet() {
        for (body, expected) in [
            ("3:4ab1:2", vec!["3:4ab", "1:2"]),
            ("0:2:4é", vec!["0:", "2:4é"]),
            ("4:4😀é1:3", vec!["4:4😀é", "1:3"]),
            ("2:4€3:4xy", vec!["2:4€", "3:4xy"]),
            // What is no packet is left to the decoder, in one piece.
            ("1:29:4ab", vec!["1:2", "9:4ab"]),
            ("1:2-1:4", vec!["1:2", "-1:4"]),
            ("no colon", vec!["no colon"]),
            ("", vec![]),
        ] {
            let found = pieces(WholeBody::packets(Bytes::from(body))).await;
            let expected: Vec<_> = expected.into_iter().map(Bytes::from).map(Ok).collect();
            assert_eq!(found, expected, "{body}");
        }
        let found = pieces(WholeBody::packets(Bytes::from_static(b"1:\xff"))).await;
        assert_eq!(found, [Err(BrokenBody)]);
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit() {
        let body = || WholeBody::packets(Bytes::from("1:21:31:2"));
        assert_eq!(collect(body(), 9).await, Ok(Bytes::from("1:21:31:2")));
        assert_eq!(collect(body(), 8).await, Err(BrokenBody));
        assert_eq!(collect(WholeBody::broken(), 8).await, Err(BrokenBody));
    }
}
