//! Binary arguments.
//!
//! Socket.IO sends bytes beside the JSON text. serde knows nothing of that, so the list of
//! attachments is handed to [`Binary`] behind serde's back: through a thread-local that is set
//! while arguments are being written or read, which happens within one call and never awaits.

use std::cell::RefCell;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser, ser::SerializeStruct};

/// Bytes as an argument, or anywhere inside one; they arrive byte for byte (SRV-MSG-11).
///
/// ```
/// use sio_p2p_protocol::{Args, Binary};
///
/// let args = Args::from_value(&("photo.png", Binary::from(vec![1, 2, 3])))?;
/// let (name, photo): (String, Binary) = args.parse()?;
/// assert_eq!((name.as_str(), &photo.0[..]), ("photo.png", &[1, 2, 3][..]));
/// # Ok::<(), sio_p2p_protocol::ArgsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Binary(
    /// The bytes.
    pub Bytes,
);

impl<T: Into<Bytes>> From<T> for Binary {
    fn from(bytes: T) -> Self {
        Self(bytes.into())
    }
}

/// What is happening on this thread right now.
enum Transfer {
    /// Neither writing nor reading: bytes have no place.
    Idle,
    /// Arguments are being written; the attachments so far.
    Writing(Vec<Bytes>),
    /// Arguments are being read; the attachments that came with them.
    Reading(Vec<Bytes>),
}

thread_local! {
    static TRANSFER: RefCell<Transfer> = const { RefCell::new(Transfer::Idle) };
}

/// Puts the former state back, also when a value's own code panics.
struct Restore(Option<Transfer>);

impl Restore {
    fn enter(transfer: Transfer) -> Self {
        Self(Some(TRANSFER.replace(transfer)))
    }

    fn leave(mut self) -> Transfer {
        TRANSFER.replace(self.0.take().unwrap_or(Transfer::Idle))
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        if let Some(before) = self.0.take() {
            TRANSFER.replace(before);
        }
    }
}

/// Runs `write` and gives what it wrote and the attachments of the values in it.
pub(super) fn collecting<R>(write: impl FnOnce() -> R) -> (R, Vec<Bytes>) {
    let scope = Restore::enter(Transfer::Writing(Vec::new()));
    let written = write();
    match scope.leave() {
        Transfer::Writing(attachments) => (written, attachments),
        Transfer::Idle | Transfer::Reading(_) => (written, Vec::new()),
    }
}

/// Runs `read` with these attachments at hand.
pub(super) fn providing<R>(attachments: &[Bytes], read: impl FnOnce() -> R) -> R {
    let _scope = Restore::enter(Transfer::Reading(attachments.to_vec()));
    read()
}

/// What stands in the text for the first attachment.
pub(super) const FIRST: &str = r#"{"_placeholder":true,"num":0}"#;

/// What stands in the text for an attachment.
#[derive(Debug, Deserialize)]
pub(super) struct Placeholder {
    #[serde(rename = "_placeholder")]
    pub(super) is_one: bool,
    pub(super) num: usize,
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = TRANSFER.with_borrow_mut(|transfer| match transfer {
            Transfer::Writing(attachments) => {
                attachments.push(self.0.clone());
                Some(attachments.len() - 1)
            }
            Transfer::Idle | Transfer::Reading(_) => None,
        });
        let number = number.ok_or_else(|| {
            ser::Error::custom("binary data can only be sent as an argument or inside of one")
        })?;
        let mut placeholder = serializer.serialize_struct("Placeholder", 2)?;
        placeholder.serialize_field("_placeholder", &true)?;
        placeholder.serialize_field("num", &number)?;
        placeholder.end()
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Placeholder { num, .. } = Placeholder::deserialize(deserializer)
            .map_err(|_| de::Error::custom("expected binary data"))?;
        TRANSFER.with_borrow(|transfer| match transfer {
            Transfer::Reading(attachments) => attachments
                .get(num)
                .map(|bytes| Self(bytes.clone()))
                .ok_or_else(|| de::Error::custom("binary data without its attachment")),
            Transfer::Idle | Transfer::Writing(_) => Err(de::Error::custom(
                "binary data can only be read from arguments",
            )),
        })
    }
}
