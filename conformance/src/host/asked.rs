//! One call of the conformance host: its arguments, and the way to answer it.

use bytes::Bytes;
use sio_p2p_protocol::{Arguments, InvalidName, Payload};
use sio_p2p_server::{Call, Content, Reply};

/// A call that is being handled.
pub(super) struct Asked {
    content: Content,
    reply: Option<Reply>,
}

impl Asked {
    /// Takes a call.
    pub(super) fn new(call: Call) -> Self {
        Self {
            content: call.content,
            reply: call.reply,
        }
    }

    /// Answers the call.
    pub(super) fn answer(&mut self, content: Content) {
        if let Some(reply) = self.reply.take() {
            reply.send(content);
        }
    }

    /// The way to answer it after the handler has returned.
    pub(super) fn later(&mut self) -> Option<Reply> {
        self.reply.take()
    }

    /// The handler has returned: it is done, if it has not said more, or has failed.
    pub(super) fn finish(mut self, outcome: Result<(), String>) {
        self.answer(outcome.map_or_else(|mistake| text_of(&mistake), |()| Content::default()));
    }

    /// All arguments.
    pub(super) fn all(&self) -> Content {
        self.content.clone()
    }

    /// The argument at this position as a client id or another name of the protocol.
    pub(super) fn name<N>(&self, position: usize) -> Result<N, String>
    where
        N: for<'a> TryFrom<&'a str, Error = InvalidName>,
    {
        N::try_from(&self.key(position)?).map_err(|error| error.to_string())
    }

    /// The argument at this position, which has to be a text.
    pub(super) fn key(&self, position: usize) -> Result<String, String> {
        let text = self.text(position)?;
        text.ok_or_else(|| format!("argument {} has to be a text", position + 1))
    }

    /// The argument at this position as text; `None` for `null` and for none at all.
    pub(super) fn text(&self, position: usize) -> Result<Option<String>, String> {
        match self.content.args.elements().get(position) {
            None => Ok(None),
            Some(raw) => serde_json::from_str(raw.get()).map_err(|error| error.to_string()),
        }
    }

    /// The argument at this position as an argument list; `None` for `null` and for none.
    pub(super) fn list(&self, position: usize) -> Result<Option<Content>, String> {
        match self.content.args.elements().get(position) {
            None => Ok(None),
            Some(raw) if raw.get() == "null" => Ok(None),
            Some(raw) => self.with(raw.get().to_owned()).map(Some),
        }
    }

    /// The arguments from this position on.
    pub(super) fn rest(&self, position: usize) -> Result<Content, String> {
        let elements = self.content.args.elements();
        let rest: Vec<_> = elements
            .iter()
            .skip(position)
            .map(|raw| raw.get())
            .collect();
        self.with(format!("[{}]", rest.join(",")))
    }

    /// The bytes at this position.
    pub(super) fn bytes(&self, position: usize) -> Result<Bytes, String> {
        let bytes = self.content.bytes(position).cloned();
        bytes.ok_or_else(|| format!("argument {} has to be an attachment", position + 1))
    }

    /// What is left out before these arguments are names, which cannot hold an attachment:
    /// so the numbers of the placeholders stay right.
    fn with(&self, json: String) -> Result<Content, String> {
        Ok(Content {
            args: Arguments::parse(json).map_err(|error| error.to_string())?,
            attachments: self.content.attachments.clone(),
        })
    }
}

/// An argument list of one text.
pub(super) fn text_of(text: &str) -> Content {
    Arguments::from_payloads(&[Payload::string(text)]).into()
}

/// A text before an argument list.
pub(super) fn before(text: &str, mut content: Content) -> Content {
    let text = Payload::string(text);
    let rest: Vec<_> = content
        .args
        .elements()
        .into_iter()
        .filter_map(|raw| Payload::parse(raw.get()).ok())
        .collect();
    content.args = Arguments::from_payloads(std::iter::once(&text).chain(&rest));
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_before_arguments_as_they_are() {
        let content = Content {
            args: Arguments::parse("[1.0,{\"_placeholder\":true,\"num\":0}]").unwrap(),
            attachments: vec![Bytes::from_static(b"x")],
        };
        let content = before("who", content);
        let json = r#"["who",1.0,{"_placeholder":true,"num":0}]"#;
        assert_eq!(content.args.as_json(), json);
        assert_eq!(content.bytes(2).map(|bytes| &bytes[..]), Some(&b"x"[..]));
        assert_eq!(before("x", Content::default()).args.as_json(), r#"["x"]"#);
    }
}
