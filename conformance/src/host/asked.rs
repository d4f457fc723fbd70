//! One call of the conformance host: its arguments, and the way to answer it.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use sio_p2p_protocol::{Args, Arguments, Payload};
use sio_p2p_server::{Call, Responder};

/// A call that is being handled.
pub(super) struct Asked {
    args: Args,
    responder: Option<Responder>,
}

impl Asked {
    /// Takes a call.
    pub(super) fn new(mut call: Call) -> Self {
        Self {
            args: call.args().clone(),
            responder: call.take_responder(),
        }
    }

    /// What is to be done with these arguments, although nobody has called.
    pub(super) fn told(args: Args) -> Self {
        Self {
            args,
            responder: None,
        }
    }

    /// Answers the call.
    pub(super) fn answer(&mut self, args: Args) {
        answer(self.responder.take(), args);
    }

    /// The way to answer it after the handler has returned.
    pub(super) fn later(&mut self) -> Option<Responder> {
        self.responder.take()
    }

    /// The handler has returned: it is done, if it has not said more, or has failed.
    pub(super) fn finish(mut self, outcome: Result<(), String>) {
        self.answer(outcome.map_or_else(|mistake| text_of(&mistake), |()| Args::default()));
    }

    /// All arguments.
    pub(super) fn all(&self) -> Args {
        self.args.clone()
    }

    /// The argument at this position, which has to be a text.
    pub(super) fn key(&self, position: usize) -> Result<String, String> {
        let text = self.text(position)?;
        text.ok_or_else(|| format!("argument {} has to be a text", position + 1))
    }

    /// The argument at this position as text; `None` for `null` and for none at all.
    pub(super) fn text(&self, position: usize) -> Result<Option<String>, String> {
        self.value(position)
    }

    /// The argument at this position; `None` for `null` and for none at all.
    pub(super) fn value<T: DeserializeOwned>(&self, position: usize) -> Result<Option<T>, String> {
        match self.args.arguments().elements().get(position) {
            None => Ok(None),
            Some(raw) => serde_json::from_str(raw.get()).map_err(said),
        }
    }

    /// The argument at this position as an argument list; `None` for `null` and for none.
    pub(super) fn list(&self, position: usize) -> Result<Option<Args>, String> {
        match self.args.arguments().elements().get(position) {
            None => Ok(None),
            Some(raw) if raw.get() == "null" => Ok(None),
            Some(raw) => self.with(raw.get().to_owned()).map(Some),
        }
    }

    /// The arguments from this position on.
    pub(super) fn rest(&self, position: usize) -> Result<Args, String> {
        let elements = self.args.arguments().elements();
        let rest: Vec<_> = elements
            .iter()
            .skip(position)
            .map(|raw| raw.get())
            .collect();
        self.with(format!("[{}]", rest.join(",")))
    }

    /// The bytes at this position.
    pub(super) fn bytes(&self, position: usize) -> Result<Bytes, String> {
        let elements = self.args.arguments().elements();
        let value = elements.get(position);
        let bytes = value.and_then(|value| self.args.attachment(value)).cloned();
        bytes.ok_or_else(|| format!("argument {} has to be an attachment", position + 1))
    }

    /// What is left out before these arguments are names, which cannot hold an attachment:
    /// so the numbers of the placeholders stay right.
    fn with(&self, json: String) -> Result<Args, String> {
        let arguments = Arguments::parse(json).map_err(said)?;
        Ok(Args::new(arguments, self.args.attachments().to_vec()))
    }
}

/// Answers a call, if an answer is wanted. Arguments that are written already cannot fail.
pub(super) fn answer(responder: Option<Responder>, args: Args) {
    if let Some(responder) = responder {
        responder.answer(args).ok();
    }
}

/// What is wrong, for whoever asked.
pub(super) fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// An argument list of one text.
pub(super) fn text_of(text: &str) -> Args {
    Arguments::from_payloads(&[Payload::string(text)]).into()
}

/// A text before an argument list.
pub(super) fn before(text: &str, args: Args) -> Args {
    let text = Payload::string(text);
    let (arguments, attachments) = args.into_parts();
    let rest: Vec<_> = arguments
        .elements()
        .into_iter()
        .filter_map(|raw| Payload::parse(raw.get()).ok())
        .collect();
    let arguments = Arguments::from_payloads(std::iter::once(&text).chain(&rest));
    Args::new(arguments, attachments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_before_arguments_as_they_are() {
        let arguments = Arguments::parse("[1.0,{\"_placeholder\":true,\"num\":0}]").unwrap();
        let args = before("who", Args::new(arguments, vec!["x".into()]));
        let json = r#"["who",1.0,{"_placeholder":true,"num":0}]"#;
        assert_eq!(args.arguments().as_json(), json);
        assert_eq!(args.attachments(), ["x"]);
        let alone = before("x", Args::default());
        assert_eq!(alone.arguments().as_json(), r#"["x"]"#);
    }
}
