//! How a verb is declared: its fields, and for each of them what it says about the story.
//!
//! Whoever reads steps without playing them asks [`Body::visit`] and need not know verbs.

use std::collections::BTreeMap;

use super::failures::FailureCodes;
use super::text::Text;
use super::value::{ArgumentsPattern, Pattern};

/// Something that a step says, by which field it says it.
#[derive(Debug, Clone, Copy)]
pub enum Mention<'a> {
    /// This actor acts: it has to be connected.
    Acts(&'a str),
    /// This actor observes: it has to be connected, or just has been.
    Observes(&'a str),
    /// This actor is spoken of, and may be anywhere.
    Names(&'a str),
    /// This client under test is told something, or looked at.
    Client(&'a str),
    /// A request that is given a name at its source.
    Asks(&'a Text),
    /// A request that is given a name at its target.
    Takes(&'a Text),
    /// A request of which the ack is looked at.
    Awaits(&'a Text),
    /// A request that is answered.
    Answers(&'a Text),
    /// A room.
    Room(&'a Text),
    /// An API.
    Api(&'a Text),
    /// Any other text.
    Says(&'a Text),
    /// A value that is sent.
    Sends(&'a Pattern),
    /// A value that is expected, and captured where it says so.
    Expects(&'a Pattern),
    /// A value that is compared and never captured.
    Compares(&'a Pattern),
    /// Failures that are expected.
    Fails(&'a FailureCodes),
}

impl<'a> Mention<'a> {
    /// Calls `visit` with the texts of this, in which there may be holes.
    pub fn texts(self, visit: &mut dyn FnMut(&'a Text)) {
        match self {
            Self::Asks(text)
            | Self::Takes(text)
            | Self::Awaits(text)
            | Self::Answers(text)
            | Self::Room(text)
            | Self::Api(text)
            | Self::Says(text) => visit(text),
            Self::Sends(value) | Self::Expects(value) | Self::Compares(value) => {
                value.texts(visit);
            }
            Self::Acts(_)
            | Self::Observes(_)
            | Self::Names(_)
            | Self::Client(_)
            | Self::Fails(_) => {}
        }
    }
}

/// What a verb does with the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It makes something happen, or proves something by doing so.
    Act,
    /// It waits for something to arrive, and can therefore stand in `all` and at the
    /// beginning of an alternative of `any_of`.
    Observation,
}

/// The scenarios in which a verb may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// In every scenario.
    Anywhere,
    /// In those that judge a client.
    Client,
    /// In those that judge a client against the scripted server.
    Script,
}

/// What all verbs have.
pub trait Body {
    /// What it does with the story.
    fn kind(&self) -> Kind;

    /// Whether it waits for something to arrive.
    fn is_observation(&self) -> bool {
        self.kind() == Kind::Observation
    }

    /// Where it may stand.
    fn stage(&self) -> Stage {
        Stage::Anywhere
    }

    /// Calls `visit` with all that it mentions, in the order of its fields.
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(Mention<'a>));

    /// The client under test that it is about.
    fn client(&self) -> Option<&str> {
        let mut client = None;
        self.visit(&mut |mention| {
            if let Mention::Client(name) = mention {
                client = Some(name);
            }
        });
        client
    }

    /// The actor that it observes, the first of several.
    fn observer(&self) -> Option<&str> {
        let mut observer = None;
        self.visit(&mut |mention| {
            if let Mention::Observes(name) = mention {
                observer.get_or_insert(name);
            }
        });
        observer
    }
}

/// A remark mentions nothing.
impl Body for String {
    fn kind(&self) -> Kind {
        Kind::Act
    }

    fn visit<'a>(&'a self, _: &mut dyn FnMut(Mention<'a>)) {}
}

/// Who connects need not be there before, which the linter knows.
impl Body for Vec<String> {
    fn kind(&self) -> Kind {
        Kind::Act
    }

    fn visit<'a>(&'a self, _: &mut dyn FnMut(Mention<'a>)) {}
}

impl<T: Body + ?Sized> Body for Box<T> {
    fn kind(&self) -> Kind {
        (**self).kind()
    }

    fn stage(&self) -> Stage {
        (**self).stage()
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(Mention<'a>)) {
        (**self).visit(visit);
    }
}

/// A field that holds any number of these.
pub trait Holds<T: ?Sized> {
    /// Calls `visit` with each of them.
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a T));
}

impl Holds<str> for String {
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        visit(self);
    }
}

macro_rules! itself {
    ($($held:ty),*) => { $(
        impl Holds<$held> for $held {
            fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a $held)) {
                visit(self);
            }
        }
    )* };
}

itself!(Text, Pattern, FailureCodes);

impl Holds<Pattern> for ArgumentsPattern {
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Pattern)) {
        if let Self::Exactly(patterns) = self {
            patterns.iter().for_each(visit);
        }
    }
}

impl<T: ?Sized, F: Holds<T>> Holds<T> for Option<F> {
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a T)) {
        if let Some(field) = self {
            field.each(visit);
        }
    }
}

impl<T: ?Sized, F: Holds<T>> Holds<T> for Vec<F> {
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a T)) {
        for field in self {
            field.each(visit);
        }
    }
}

impl<T: ?Sized, F: Holds<T>> Holds<T> for BTreeMap<String, F> {
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a T)) {
        for field in self.values() {
            field.each(visit);
        }
    }
}

/// Declares the bodies of verbs: `Act` or `Observation`, then the stage if not every scenario
/// has it; behind a field its default as JSON, and what it says, by a variant of [`Mention`].
///
/// A field with a default is left out when it is written; the schema states the default again,
/// because `skip_serializing_if` takes it away.
macro_rules! verbs {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident: $kind:ident $(, $stage:ident)? {
            $( $(#[$field_meta:meta])* $field:ident: $ty:ty $(= $default:tt)? $(=> $says:ident)?, )*
        }
    )*) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[$field_meta])*
                $(
                    #[serde(default, skip_serializing_if = "crate::scenario::verb::unsaid")]
                    #[schemars(extend("default" = $default))]
                )?
                pub $field: $ty,
            )*
        }

        impl $crate::scenario::verb::Body for $name {
            fn kind(&self) -> $crate::scenario::verb::Kind {
                $crate::scenario::verb::Kind::$kind
            }

            $( fn stage(&self) -> $crate::scenario::verb::Stage {
                $crate::scenario::verb::Stage::$stage
            } )?

            fn visit<'a>(&'a self, visit: &mut dyn FnMut($crate::scenario::verb::Mention<'a>)) {
                let _ = &visit;
                $( $(
                    let says = $crate::scenario::verb::Mention::$says;
                    $crate::scenario::verb::Holds::each(&self.$field, &mut |held| visit(says(held)));
                )? )*
            }
        }
    )* };
}

pub(super) use verbs;

/// Whether a field says what holds anyway.
pub(super) fn unsaid<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
