//! Messages as they nearly always are, read without copying anything.
//!
//! A relay that has to read every message wants to do it in one pass and without an
//! allocation. [`MessageRef`] knows the plain forms and no others; whatever is
//! unusual is left to [`ClientEvent::decode`](crate::ClientEvent::decode), which
//! defines what a message is.

use super::{P2pEmitAcknowledge, P2pEmitV1, P2pEmitV2};
use crate::dialect::Dialect;
use crate::ids::is_reserved;
use crate::packet::WireEvent;
use crate::scan::{Cursor, List, Quoted};
use crate::spec::EventSpec;

/// Which of the message events a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageForm {
    /// [`P2pEmitV1`]: the target is not asked for an ack.
    V1,
    /// [`P2pEmitAcknowledge`]: the target is asked for one if the sender asks.
    V1Acknowledge,
    /// [`P2pEmitV2`]: likewise.
    V2,
}

impl MessageForm {
    /// The dialect of the message.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::V1 | Self::V1Acknowledge => Dialect::V1,
            Self::V2 => Dialect::V2,
        }
    }

    /// The declaration of the event.
    pub const fn spec(self) -> &'static EventSpec {
        match self {
            Self::V1 => const { &P2pEmitV1::SPEC },
            Self::V1Acknowledge => const { &P2pEmitAcknowledge::SPEC },
            Self::V2 => const { &P2pEmitV2::SPEC },
        }
    }
}

/// A message of either dialect, borrowed from the text of its packet.
///
/// ```
/// use sio_p2p_protocol::MessageRef;
///
/// let message = MessageRef::read(r#"["P2P_EMIT","bob","hi",[1, {"a":2}],null]"#);
/// let message = message.expect("it is written plainly");
/// assert_eq!((message.target, message.event), ("bob", "hi"));
/// assert_eq!(message.forwarded().concat(), r#"["hi",1, {"a":2}]"#);
///
/// // What is rare, if it is right at all, is read in the general way.
/// assert!(MessageRef::read(r#"["P2P_EMIT",5,"hi",[]]"#).is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageRef<'a> {
    /// Which event it is.
    pub form: MessageForm,
    /// The client that shall receive it. Never empty.
    pub target: &'a str,
    /// The event that the target receives. Never empty and never reserved.
    pub event: &'a str,
    /// The arguments of that event without the brackets around them.
    pub args: &'a str,
    /// How many arguments there are.
    pub count: usize,
    /// The event with its quotes.
    quoted: &'a str,
}

impl<'a> MessageRef<'a> {
    /// Reads the JSON array text of an EVENT packet, event name included.
    ///
    /// `None` says that it is something else, or is written so that it takes more than
    /// a look: with escapes in a name, a number as target, members or arguments that
    /// nobody needs, values that are nested very deeply. It may be wrong, too.
    pub fn read(data: &'a str) -> Option<Self> {
        let mut cursor = Cursor::new(data);
        let mut acknowledge = false;
        // Nearly all begin with these very bytes.
        if cursor.word("[\"P2P_EMIT\",").is_none() {
            cursor.expect(b'[')?;
            let name = cursor.string()?.text()?;
            cursor.expect(b',')?;
            acknowledge = match name {
                "P2P_EMIT" => false,
                "P2P_EMIT_ACKNOWLEDGE" => true,
                _ => return None,
            };
        }
        cursor.space();
        let object = cursor.take(b'{');
        let form = match (object, acknowledge) {
            (false, false) => MessageForm::V2,
            (true, false) => MessageForm::V1,
            (true, true) => MessageForm::V1Acknowledge,
            (false, true) => return None,
        };
        let (target, event, args) = if object {
            members(&mut cursor)?
        } else {
            elements(&mut cursor)?
        };
        if !cursor.ended() {
            return None;
        }
        let target = target.text().filter(|target| !target.is_empty())?;
        let name = event.text().filter(|event| !event.is_empty())?;
        (!is_reserved(name)).then_some(Self {
            form,
            target,
            event: name,
            args: args.inner,
            count: args.count,
            quoted: event.raw,
        })
    }

    /// The JSON array text that the target receives, in pieces, some of which may be
    /// empty. Together they are what [`forward`](crate::forward) writes.
    pub fn forwarded(&self) -> [&'a str; 5] {
        let comma = if self.args.is_empty() { "" } else { "," };
        ["[", self.quoted, comma, self.args, "]"]
    }

    /// How long that text is.
    pub fn forwarded_len(&self) -> usize {
        self.forwarded().map(str::len).iter().sum()
    }
}

/// Reads what follows the name in the second dialect, the last bracket included.
fn elements<'a>(cursor: &mut Cursor<'a>) -> Option<(Quoted<'a>, Quoted<'a>, List<'a>)> {
    let target = cursor.string()?;
    cursor.expect(b',')?;
    let event = cursor.string()?;
    cursor.expect(b',')?;
    let args = cursor.list()?;
    cursor.space();
    // Other values than `null` mean something there, some of them.
    if cursor.take(b',') {
        cursor.space();
        cursor.word("null")?;
    }
    cursor.expect(b']')?;
    Some((target, event, args))
}

/// Reads what follows the name in the first dialect, from behind the brace that opens
/// the object to the last bracket.
fn members<'a>(cursor: &mut Cursor<'a>) -> Option<(Quoted<'a>, Quoted<'a>, List<'a>)> {
    let (mut target, mut event, mut args) = (None, None, None);
    // There are three members, in any order.
    for number in 0..3 {
        if number > 0 {
            cursor.expect(b',')?;
        }
        let name = cursor.string()?.text()?;
        cursor.expect(b':')?;
        match name {
            "targetClientId" if target.is_none() => target = Some(cursor.string()?),
            "event" if event.is_none() => event = Some(cursor.string()?),
            "args" if args.is_none() => args = Some(cursor.list()?),
            _ => return None,
        }
    }
    cursor.expect(b'}')?;
    cursor.expect(b']')?;
    Some((target?, event?, args?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_forms_are_read() {
        let v1 = |name| format!(r#"["{name}",{{"targetClientId":"b","event":"e","args":[1,2]}}]"#);
        for (text, form) in [
            (r#"["P2P_EMIT","b","e",[1,2],null]"#, MessageForm::V2),
            (r#"["P2P_EMIT","b","e",[1,2]]"#, MessageForm::V2),
            (
                r#" [ "P2P_EMIT" ,"b", "e",[ 1,2 ] , null ] "#,
                MessageForm::V2,
            ),
            (&v1("P2P_EMIT"), MessageForm::V1),
            (&v1("P2P_EMIT_ACKNOWLEDGE"), MessageForm::V1Acknowledge),
            (
                r#"["P2P_EMIT",{"args" : [1,2],"event":"e","targetClientId":"b"}]"#,
                MessageForm::V1,
            ),
        ] {
            let message = MessageRef::read(text).unwrap();
            assert_eq!((message.form, message.target), (form, "b"), "{text}");
            assert_eq!((message.event, message.count), ("e", 2), "{text}");
            assert_eq!(message.forwarded().concat(), r#"["e",1,2]"#, "{text}");
            assert_eq!(message.forwarded_len(), 9);
        }
        let empty = MessageRef::read(r#"["P2P_EMIT","b","e",[ ]]"#).unwrap();
        assert_eq!(empty.forwarded().concat(), r#"["e"]"#);
    }

    #[test]
    fn whatever_is_unusual_is_left_to_others() {
        for text in [
            "",
            "[]",
            r#"["P2P_EMIT"]"#,
            r#"["P2P_EMIT","b","e"]"#,
            r#"["P2P_EMIT","b","e",[],null,1]"#,
            r#"["P2P_EMIT","b","e",[],1]"#,
            r#"["P2P_EMIT","b","e",[],false]"#,
            r#"["P2P_EMIT","b","e",{}]"#,
            r#"["P2P_EMIT","b","e",[1,]]"#,
            r#"["P2P_EMIT","b","e",[]]x"#,
            r#"["P2P_EMIT","","e",[]]"#,
            r#"["P2P_EMIT","b","",[]]"#,
            r#"["P2P_EMIT","b","disconnect",[]]"#,
            r#"["P2P_EMIT","\u0062","e",[]]"#,
            r#"["P2P_EMIT","b","\u0065",[]]"#,
            r#"["P2P_EMIT",5,"e",[]]"#,
            r#"["P2P_EMIT",["b"],"e",[]]"#,
            r#"["P2P_EMIT_ACKNOWLEDGE","b","e",[]]"#,
            r#"["EMIT_ROOM","b","e",[]]"#,
            r#"["P2P_EMIT",{"targetClientId":"b","event":"e"}]"#,
            r#"["P2P_EMIT",{"targetClientId":"b","event":"e","event":"e"}]"#,
            r#"["P2P_EMIT",{"targetClientId":"b","event":"e","args":[],"more":1}]"#,
            r#"["P2P_EMIT",{"targetClientId":"b","event":"e","args":[]},null]"#,
            r#"["P2P_EMIT",{"targetClientId":"b","event":"e","args":[]}"#,
        ] {
            assert_eq!(MessageRef::read(text), None, "{text}");
        }
    }
}
