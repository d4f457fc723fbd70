//! What a chunk of a stream can look like.

use bytes::Bytes;
use serde_json::value::RawValue;
use sio_p2p_protocol::Args;

/// A chunk as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// Data. Empty data is confirmed and is nothing.
    Data(Bytes),
    /// The peer has nothing more to send.
    End,
}

/// A chunk that is none: a number, an object, or nothing at all. An end of the
/// original that is not in object mode is destroyed by it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoChunk;

impl Chunk {
    /// Reads what a JavaScript receiver takes: an attachment, a list of byte values,
    /// or text, which stands for its UTF-8 (SRV-STR-15).
    pub(super) fn read(args: &Args) -> Result<Self, NoChunk> {
        let chunk: &RawValue = args.arguments().first().ok_or(NoChunk)?;
        if let Some(attachment) = args.attachment(chunk) {
            return Ok(Self::Data(attachment.clone()));
        }
        let json = chunk.get();
        let bytes = match json.as_bytes() {
            b"null" => return Ok(Self::End),
            [b'"', ..] => serde_json::from_str::<String>(json).map(String::into_bytes),
            _ => serde_json::from_str::<Vec<u8>>(json),
        };
        bytes
            .map(|bytes| Self::Data(bytes.into()))
            .map_err(|_| NoChunk)
    }
}

#[cfg(test)]
mod tests {
    use sio_p2p_protocol::Arguments;

    use super::*;

    fn read(args: &str) -> Result<Chunk, NoChunk> {
        let arguments = Arguments::parse(args).unwrap();
        Chunk::read(&Args::new(arguments, vec![Bytes::from_static(b"bin")]))
    }

    fn data(text: &'static str) -> Chunk {
        Chunk::Data(text.into())
    }

    #[test]
    fn chunks_are_bytes_in_any_form() {
        assert_eq!(read(r#"[{"_placeholder":true,"num":0}]"#), Ok(data("bin")));
        assert_eq!(read(r#"["gr\u00fcn", 1]"#), Ok(data("grün")));
        assert_eq!(read("[[97,98]]"), Ok(data("ab")));
        assert_eq!(read(r#"[""]"#), Ok(data("")));
        assert_eq!(read("[ null ]"), Ok(Chunk::End));
    }

    #[test]
    fn everything_else_is_no_chunk() {
        let placeholder = r#"[{"_placeholder":true,"num":1}]"#;
        for args in [
            "[]",
            "[5]",
            "[true]",
            "[{}]",
            "[[256]]",
            "[[-1]]",
            "[[\"a\"]]",
            r#"["\ud800"]"#,
            placeholder,
        ] {
            assert_eq!(read(args), Err(NoChunk), "{args}");
        }
    }
}
