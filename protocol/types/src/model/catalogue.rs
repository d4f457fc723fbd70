//! The catalogue as this crate reads it.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value as Json;
use sio_p2p_protocol::{Dialect, schema};

/// What is written of the catalogue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Catalogue {
    pub(crate) events: Vec<Event>,
    pub(crate) acks: Vec<Ack>,
    pub(crate) types: Vec<Type>,
    /// The dialects that are written.
    #[serde(skip)]
    pub(crate) dialects: Vec<Dialect>,
}

/// An event in one direction.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    pub(crate) key: String,
    /// The name on the wire, or its pattern in words.
    #[serde(rename = "event")]
    pub(crate) called: String,
    pub(crate) name: Name,
    pub(crate) dialects: Vec<String>,
    pub(crate) direction: String,
    pub(crate) family: String,
    pub(crate) description: String,
    #[serde(rename = "type")]
    pub(crate) of: String,
    pub(crate) forms: Vec<Form>,
    pub(crate) ack: AckUse,
    pub(crate) clauses: Vec<String>,
    pub(crate) failures: Vec<String>,
}

impl Event {
    pub(crate) fn is_from_client(&self) -> bool {
        self.direction == "client-to-server"
    }

    pub(crate) fn has(&self, dialect: Dialect) -> bool {
        self.dialects.iter().any(|one| one == dialect.as_str())
    }

    /// Such as `Dialects v1 and v2. Clauses: SRV-CORE-1, SRV-CORE-2.`
    pub(crate) fn origin(&self) -> String {
        origin(&self.dialects, &self.clauses)
    }
}

/// The name of an event, in its parts.
#[derive(Debug, Deserialize)]
pub(crate) struct Name {
    pub(crate) kind: String,
    pub(crate) prefix: String,
    pub(crate) parameter: Option<Parameter>,
    pub(crate) suffix: String,
}

/// The part of a name that varies.
#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) of: String,
}

/// What answers an event.
#[derive(Debug, Deserialize)]
pub(crate) struct AckUse {
    pub(crate) need: String,
    pub(crate) description: String,
    #[serde(rename = "type")]
    pub(crate) of: Option<String>,
}

/// The argument list of an answer.
#[derive(Debug, Deserialize)]
pub(crate) struct Ack {
    #[serde(rename = "type")]
    pub(crate) of: String,
    pub(crate) description: String,
    pub(crate) answers: Vec<String>,
    pub(crate) forms: Vec<Form>,
    #[serde(skip)]
    pub(crate) dialects: Vec<String>,
    #[serde(skip)]
    pub(crate) clauses: Vec<String>,
}

impl Ack {
    pub(crate) fn origin(&self) -> String {
        origin(&self.dialects, &self.clauses)
    }
}

/// One argument list.
#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) ack: String,
    pub(crate) args: Vec<Arg>,
}

/// One argument, or one member of an object.
#[derive(Debug, Deserialize)]
pub(crate) struct Arg {
    pub(crate) name: String,
    pub(crate) presence: Presence,
    pub(crate) value: Value,
    pub(crate) description: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Presence {
    Required,
    Optional,
    Rest,
}

/// What may stand at one position.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum Value {
    Name {
        #[serde(rename = "type")]
        of: String,
        may_be_empty: bool,
        may_be_null: bool,
    },
    Prefixed {
        prefix: String,
    },
    Text,
    Null,
    Literal {
        value: String,
    },
    Values {
        values: Vec<Json>,
    },
    Any {
        except: Vec<String>,
    },
    Truthy,
    Arguments,
    Rooms,
    Names {
        of: String,
    },
    Object {
        #[serde(rename = "type")]
        of: String,
    },
}

/// A named type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Type {
    #[serde(rename = "type")]
    pub(crate) of: String,
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) may_be_empty: bool,
    /// The fixed beginning of a text.
    #[serde(default)]
    pub(crate) prefix: String,
    #[serde(default)]
    pub(crate) members: Vec<Arg>,
    #[serde(default)]
    pub(crate) open: bool,
}

impl Catalogue {
    /// The part of the catalogue that these dialects have.
    pub(crate) fn read(dialects: &[Dialect]) -> Result<Self, serde_json::Error> {
        let mut catalogue: Self = serde_json::from_value(schema::catalogue_json())?;
        catalogue.dialects = dialects.to_vec();
        catalogue
            .events
            .retain(|event| dialects.iter().any(|dialect| event.has(*dialect)));
        for ack in &mut catalogue.acks {
            let events = catalogue.events.iter();
            let answered = events.filter(|event| ack.answers.contains(&event.key));
            let (mut spoken, mut clauses) = (BTreeSet::new(), Vec::new());
            for event in answered {
                spoken.extend(event.dialects.iter().cloned());
                for clause in &event.clauses {
                    if !clauses.contains(clause) {
                        clauses.push(clause.clone());
                    }
                }
            }
            let keys = catalogue.events.iter().map(|event| &event.key);
            let keys: Vec<&String> = keys.collect();
            ack.answers.retain(|key| keys.contains(&key));
            ack.dialects = spoken.into_iter().collect();
            ack.clauses = clauses;
        }
        catalogue.acks.retain(|ack| !ack.dialects.is_empty());
        let bundle = schema::bundle();
        for known in &mut catalogue.types {
            if known.description.is_empty() {
                let schema = bundle.get("$defs").and_then(|defs| defs.get(&known.of));
                let told = schema.and_then(|schema| schema.get("description"));
                told.and_then(Json::as_str)
                    .unwrap_or_default()
                    .clone_into(&mut known.description);
            }
        }
        let used = catalogue.used();
        catalogue.types.retain(|known| used.contains(&known.of));
        Ok(catalogue)
    }

    /// The named types that something is made of.
    fn used(&self) -> BTreeSet<String> {
        let events = self.events.iter().flat_map(|event| &event.forms);
        let forms = events.chain(self.acks.iter().flat_map(|ack| &ack.forms));
        let mut open: Vec<&Value> = forms
            .flat_map(|form| &form.args)
            .map(|arg| &arg.value)
            .collect();
        let parameters = self.events.iter().filter_map(|event| {
            let parameter = event.name.parameter.as_ref()?;
            Some(parameter.of.clone())
        });
        let mut used: BTreeSet<String> = parameters.collect();
        used.insert("Payload".to_owned());
        while let Some(value) = open.pop() {
            match value {
                Value::Name { of, .. } | Value::Names { of } => {
                    used.insert(of.clone());
                }
                Value::Object { of } if used.insert(of.clone()) => {
                    let members = self.types.iter().filter(|known| known.of == *of);
                    let members = members.flat_map(|known| &known.members);
                    open.extend(members.map(|arg| &arg.value));
                }
                Value::Rooms => used.extend(["Rooms".to_owned(), "RoomName".to_owned()]),
                Value::Arguments => {
                    used.insert("Arguments".to_owned());
                }
                Value::Prefixed { prefix } => {
                    let same = self.types.iter().filter(|known| known.prefix == *prefix);
                    used.extend(same.map(|known| known.of.clone()));
                }
                _ => {}
            }
        }
        used
    }

    /// The types of one kind.
    pub(crate) fn kind<'c>(&'c self, kind: &'c str) -> impl Iterator<Item = &'c Type> {
        self.types.iter().filter(move |known| known.kind == kind)
    }

    /// The events that one side sends.
    pub(crate) fn sent(&self, by_client: bool) -> impl Iterator<Item = &Event> {
        let events = self.events.iter();
        events.filter(move |event| event.is_from_client() == by_client)
    }

    /// Whether this name, as it is declared, may be empty.
    pub(crate) fn may_be_empty(&self, name: &str) -> bool {
        self.kind("name")
            .any(|known| known.of == name && known.may_be_empty)
    }
}

fn origin(dialects: &[String], clauses: &[String]) -> String {
    let dialects = match dialects {
        [one] => format!("Dialect {one}"),
        several => format!("Dialects {}", several.join(" and ")),
    };
    let noun = if clauses.len() == 1 {
        "Clause"
    } else {
        "Clauses"
    };
    format!("{dialects}. {noun}: {}.", clauses.join(", "))
}
