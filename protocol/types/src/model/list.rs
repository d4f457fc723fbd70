//! An argument list as one record, for languages whose lists have no types by position.

use crate::model::catalogue::{Arg, Form, Presence, Value};

/// How a field of a record stands in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// Always, in its place.
    Required,
    /// At the end, or nowhere.
    Optional,
    /// All that follows.
    Rest,
    /// Only behind this text.
    With(String),
    /// It always has the only value it can have, so that no field is needed.
    Constant,
    /// Not at all: a `null` at the end of the list says that it is false.
    WantsAck,
}

/// A field of the record.
#[derive(Debug)]
pub(crate) struct Field<'c> {
    pub(crate) arg: &'c Arg,
    pub(crate) role: Role,
}

/// The fields that hold any list of these forms.
///
/// Lists differ by a `null` in the place of an ack function, by an argument at the end that
/// may be missing, or by a text at the beginning that selects a longer list.
pub(crate) fn fields(forms: &[Form]) -> Vec<Field<'_>> {
    let [first, others @ ..] = forms else {
        return Vec::new();
    };
    let mut fields: Vec<Field<'_>> = first.args.iter().map(field).collect();
    for other in others {
        let literal = other.args.first().and_then(|arg| match &arg.value {
            Value::Literal { value } => Some(value),
            _ => None,
        });
        for (position, arg) in other.args.iter().enumerate() {
            if fields.iter().any(|known| known.arg.name == arg.name) {
                continue;
            }
            let role = match literal {
                Some(text) => Role::With(text.clone()),
                None => Role::Optional,
            };
            fields.insert(position.min(fields.len()), Field { arg, role });
        }
        // What the other form lacks may be missing.
        for known in &mut fields {
            let is_there = other.args.iter().any(|arg| arg.name == known.arg.name);
            if !is_there && known.role == Role::Required {
                known.role = Role::Optional;
            }
        }
    }
    fields
}

fn field(arg: &Arg) -> Field<'_> {
    let role = match &arg.value {
        Value::Null => Role::WantsAck,
        Value::Values { values } if values.len() == 1 => Role::Constant,
        _ if arg.presence == Presence::Rest => Role::Rest,
        _ if arg.presence == Presence::Optional => Role::Optional,
        _ => Role::Required,
    };
    Field { arg, role }
}

#[cfg(test)]
mod tests {
    use sio_p2p_protocol::Dialect;

    use super::*;
    use crate::model::catalogue::Catalogue;

    #[test]
    fn every_list_of_several_forms_is_one_record() {
        let catalogue = Catalogue::read(&[Dialect::V1, Dialect::V2]).unwrap();
        let told = |of: &str| {
            let event = catalogue.events.iter().find(|event| event.of == of);
            let ack = catalogue.acks.iter().find(|ack| ack.of == of);
            let forms = event.map(|event| &event.forms);
            let forms = forms.or(ack.map(|ack| &ack.forms)).unwrap();
            let fields = fields(forms).into_iter();
            let fields = fields.map(|field| (field.arg.name.clone(), field.role));
            fields.collect::<Vec<_>>()
        };
        let is = |name: &str, role: Role| (name.to_owned(), role);
        assert_eq!(
            told("JoinRoomV2"),
            [is("room", Role::Required), is("ack", Role::WantsAck)]
        );
        assert_eq!(told("AddTargetAck"), [is("reason", Role::Optional)]);
        assert_eq!(told("DestroyApi"), [is("name", Role::Optional)]);
        assert_eq!(told("NullAck"), [is("done", Role::Constant)]);
        let with = Role::With("CLIENT_UNSUBSCRIBE_TOPIC".to_owned());
        assert_eq!(
            told("LeaveRoomV1"),
            [
                is("action", Role::Required),
                is("client", with),
                is("room", Role::Required)
            ]
        );
    }
}
