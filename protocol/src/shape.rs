//! What may stand at one position of an argument list, as data.

/// What may stand at one position, for programs that make types or checks of it.
///
/// It says what a sender writes. What a receiver takes beside that is in the page
/// `spec/schemas.md` and in the schemas below `spec/schema/accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A name: a text of the kind that the type stands for.
    Name {
        /// The type, such as `ClientId`.
        of: &'static str,
        /// The empty text may stand for no name.
        empty: bool,
        /// `null` may stand for no name.
        null: bool,
        /// A receiver takes `null`, the empty text or a missing argument for no name.
        lax: bool,
    },
    /// A fixed text and a name behind it, in one string.
    Prefixed {
        /// The fixed beginning.
        prefix: &'static str,
        /// The type of the name.
        of: &'static str,
    },
    /// Any text.
    Text,
    /// `null`, in the place where an ack function would be.
    Null,
    /// This text only; it selects the form.
    Literal(&'static str),
    /// One of these values, as JSON texts.
    Values(&'static [&'static str]),
    /// Any value but these texts.
    Any {
        /// The texts that select another form.
        except: &'static [&'static str],
    },
    /// Any value that JavaScript calls true: not `null`, `false`, zero or the empty text.
    Truthy,
    /// A list of any values: the arguments of another event.
    Arguments,
    /// One room or a list of rooms.
    Rooms,
    /// A list of names, each once.
    Names {
        /// The type of the names.
        of: &'static str,
    },
    /// An object of the named type.
    Object(&'static str),
}

impl Shape {
    /// A name that must be there, as it is.
    pub(crate) const fn name(of: &'static str) -> Self {
        Self::Name {
            of,
            empty: false,
            null: false,
            lax: false,
        }
    }

    /// The only text it may be, for arguments that select a form.
    pub fn literal(&self) -> Option<&'static str> {
        match *self {
            Self::Literal(text) => Some(text),
            _ => None,
        }
    }
}
