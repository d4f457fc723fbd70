//! Comparing an event packet that has arrived with the one that is expected.

use super::{Difference, arguments, describe_arguments, keep};
use crate::json::unquote;
use crate::player::play::bindings::Bindings;
use crate::player::play::event::EventSeen;
use crate::scenario::value::ArgumentsPattern;

/// An event that is expected as the next.
#[derive(Debug)]
pub(crate) struct ExpectedEvent {
    /// Its name as JSON text.
    pub(crate) name: String,
    pub(crate) args: ArgumentsPattern,
    /// It asks for an ack.
    pub(crate) asks: bool,
}

/// Why an event is not the one that is expected.
#[derive(Debug)]
pub(crate) enum Misfit {
    /// It has another name.
    Name,
    /// It has other arguments.
    Arguments(Difference),
    /// It asks for an ack, which it should not.
    AsksForAck,
    /// It asks for no ack.
    AsksForNone,
}

impl ExpectedEvent {
    /// Name and arguments in words.
    pub(crate) fn words(&self, bindings: &Bindings) -> String {
        let args = describe_arguments(bindings, &self.args);
        let ack = if self.asks { ", asking for an ack" } else { "" };
        format!("{} {args}{ack}", self.name)
    }

    /// Compares with an event of this name and these arguments, and keeps what is to be kept
    /// of one that fits.
    pub(crate) fn take(
        &self,
        bindings: &mut Bindings,
        seen: &EventSeen,
        name: &str,
        args: &str,
    ) -> Result<(), Misfit> {
        if !same_name(name, &self.name) {
            return Err(Misfit::Name);
        }
        arguments(bindings, &self.args, args, &seen.data.attachments).map_err(Misfit::Arguments)?;
        match (self.asks, seen.ack) {
            (false, Some(_)) => return Err(Misfit::AsksForAck),
            (true, None) => return Err(Misfit::AsksForNone),
            _ => {}
        }
        keep(bindings, &self.args, args);
        Ok(())
    }
}

/// Names are compared as strings: how a server escapes them is its own affair. What is not
/// a string has only its text.
fn same_name(left: &str, right: &str) -> bool {
    match (unquote(left), unquote(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}
