//! What a chunk of stream data can look like.

use bytes::Bytes;
use serde::Deserialize;
use sio_p2p_protocol::Payload;

/// A chunk that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chunk {
    /// Data; may be empty.
    Data(Bytes),
    /// The end of this direction (CLI-STR-11).
    End,
}

impl Chunk {
    /// Reads the forms that JavaScript peers send and take: binary data, text, an array of byte
    /// values, and `null` for the end. Beside these, the JSON form of a Node buffer, in which
    /// binary data crosses the original's Redis layer. `None` for anything else.
    pub(super) fn read(chunk: &Payload, attachments: &[Bytes]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Placeholder {
            #[serde(rename = "_placeholder")]
            is_one: bool,
            num: usize,
        }
        #[derive(Deserialize)]
        struct Buffer {
            r#type: String,
            data: Vec<u8>,
        }
        let json = chunk.as_json();
        match json.as_bytes().first()? {
            b'n' => Some(Self::End),
            b'"' => chunk.to_text().map(|text| Self::Data(text.into())),
            b'[' => {
                let bytes: Vec<u8> = serde_json::from_str(json).ok()?;
                Some(Self::Data(bytes.into()))
            }
            b'{' => {
                if let Ok(placeholder) = serde_json::from_str::<Placeholder>(json)
                    && placeholder.is_one
                {
                    return attachments.get(placeholder.num).cloned().map(Self::Data);
                }
                let buffer: Buffer = serde_json::from_str(json).ok()?;
                (buffer.r#type == "Buffer").then(|| Self::Data(buffer.data.into()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Chunk> {
        Chunk::read(&Payload::parse(json).unwrap(), &[Bytes::from("bin")])
    }

    #[test]
    fn every_form_of_the_original_is_read() {
        let data = |bytes: &'static [u8]| Some(Chunk::Data(Bytes::from_static(bytes)));
        assert_eq!(read(r#"{"_placeholder":true,"num":0}"#), data(b"bin"));
        assert_eq!(read(r#""h\u00e9""#), data("hé".as_bytes()));
        assert_eq!(read(r#""""#), data(b""));
        assert_eq!(read("[0,255]"), data(&[0, 255]));
        assert_eq!(read(r#"{"type":"Buffer","data":[1,2]}"#), data(&[1, 2]));
        assert_eq!(read("null"), Some(Chunk::End));
    }

    #[test]
    fn what_is_no_bytes_is_refused() {
        for json in [
            "5",
            "true",
            "{}",
            "[256]",
            "[\"a\"]",
            r#"{"_placeholder":true,"num":1}"#,
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
