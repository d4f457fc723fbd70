//! Service: named APIs, provided by clients or by the server; dialect `v2`.
//!
//! In dialect `v1` a service is a client id and a call is a message, so it has
//! no events of its own.

use crate::ack::{AckPacket, ForwardedAck, WireAck, acks};
use crate::clause::{ClauseId, id};
use crate::dialect::{Direction, Family, V2_ONLY};
use crate::error::DecodeError;
use crate::failure::FailureCode;
use crate::ids::ApiName;
use crate::packet::{Packet, WireEvent};
use crate::payload::{Arguments, Payload};
use crate::spec::{AckSpec, EventSpec, Example, Form, NamePattern, required, rest};
use crate::value::{ApiNameOrAll, YesNo};
use crate::wire::Writer;

/// `CHECK_API_NAME [name] +ack`: asks whether an API exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckApiName {
    /// The API in question.
    pub api: ApiName,
}

impl WireEvent for CheckApiName {
    const SPEC: EventSpec = EventSpec {
        key: "v2.CHECK_API_NAME",
        name: NamePattern::Exact("CHECK_API_NAME"),
        family: Family::Service,
        direction: Direction::ClientToServer,
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        doc: "Asks whether an API exists, before providing or using it.",
        forms: &[Form {
            doc: "",
            args: &[required::<ApiName>("name", "The API in question.")],
        }],
        ack: AckSpec::required::<CheckApiNameAck>("Whether it exists."),
        failures: &[
            FailureCode::MissingAck,
            FailureCode::MalformedArgument,
            FailureCode::ApiNameTaken,
        ],
        clauses: &[id("SRV-SVC-10"), id("SRV-SVC-3"), id("SRV-ROB-4")],
        carried_by: &[],
        examples: &[Example::acked(r#"["CHECK_API_NAME","resize-image"]"#)],
        type_name: "CheckApiName",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            api: packet.name(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.api.as_str());
    }
}

/// The answer to [`CheckApiName`]: `[true]` or `[false]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckApiNameAck(
    /// Whether the API exists.
    pub bool,
);

impl WireAck for CheckApiNameAck {
    const OF: &'static str = "CHECK_API_NAME";
    const CLAUSE: ClauseId = id("SRV-SVC-10");

    fn read(ack: &AckPacket<'_>) -> Result<Self, DecodeError> {
        match ack.first().map(serde_json::value::RawValue::get) {
            Some("true") => Ok(Self(true)),
            Some("false") => Ok(Self(false)),
            _ => Err(ack.unexpected("a boolean")),
        }
    }

    fn write(&self, out: &mut Writer) {
        out.json(if self.0 { "true" } else { "false" });
    }
}

acks! {
    CheckApiNameAck: "Whether the API exists.",
        &[Form { doc: "", args: &[required::<YesNo>("exists", "Whether it does.")] }],
        &["[true]", "[false]"];
}

/// `CREATE_API [name]`: provides an API from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateApi {
    /// The API.
    pub api: ApiName,
}

impl WireEvent for CreateApi {
    const SPEC: EventSpec = EventSpec {
        key: "v2.CREATE_API",
        name: NamePattern::Exact("CREATE_API"),
        family: Family::Service,
        direction: Direction::ClientToServer,
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        doc: "The sender provides the API from now on; its calls arrive as events of that name.",
        forms: &[Form {
            doc: "",
            args: &[required::<ApiName>("name", "The API.")],
        }],
        ack: AckSpec::never("Nobody answers."),
        failures: &[
            FailureCode::MalformedArgument,
            FailureCode::ReservedEventName,
        ],
        clauses: &[
            id("SRV-SVC-11"),
            id("SRV-SVC-1"),
            id("SRV-SVC-3"),
            id("SRV-ROB-3"),
            id("SRV-ROB-4"),
        ],
        carried_by: &[],
        examples: &[Example::plain(r#"["CREATE_API","resize-image"]"#)],
        type_name: "CreateApi",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            api: packet.name(0)?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.api.as_str());
    }
}

/// `USE_API [name, ...args] (+ack)`: calls an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseApi {
    /// The API.
    pub api: ApiName,
    /// The arguments of the call.
    pub args: Arguments,
    /// Whether the caller asked for an answer.
    pub ack: bool,
}

impl WireEvent for UseApi {
    const SPEC: EventSpec = EventSpec {
        key: "v2.USE_API",
        name: NamePattern::Exact("USE_API"),
        family: Family::Service,
        direction: Direction::ClientToServer,
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        doc: "The provider receives an event named like the API, with an ack id exactly if the caller gave one; its answer is handed back.",
        forms: &[Form {
            doc: "",
            args: &[
                required::<ApiName>("name", "The API."),
                rest::<Payload>("args", "The arguments of the call."),
            ],
        }],
        ack: AckSpec::optional::<ForwardedAck>("Whatever the provider answers.").relayed(),
        failures: &[
            FailureCode::MalformedArgument,
            FailureCode::ReservedEventName,
            FailureCode::UnknownApi,
        ],
        clauses: &[
            id("SRV-SVC-12"),
            id("SRV-SVC-1"),
            id("SRV-SVC-2"),
            id("SRV-SVC-16"),
            id("SRV-MSG-10"),
            id("SRV-MSG-13"),
        ],
        carried_by: &[],
        examples: &[
            Example::acked(r#"["USE_API","resize-image",{"_placeholder":true,"num":0},200]"#),
            Example::plain(r#"["USE_API","resize-image"]"#),
        ],
        type_name: "UseApi",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            api: packet.name(0)?,
            args: packet.rest(1),
            ack: packet.wants_ack(),
        })
    }

    fn write(&self, out: &mut Writer) {
        out.string(self.api.as_str()).json(self.args.inner());
    }

    fn wants_ack(&self) -> bool {
        self.ack
    }
}

/// `DESTROY_API [name]`: provides an API no longer; without a name, any API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DestroyApi {
    /// One API, if the sender provides it.
    One(ApiName),
    /// Every API of the sender. Written `[""]`, as the original client does; `[]`
    /// and `[null]` are read the same.
    All,
}

impl WireEvent for DestroyApi {
    const SPEC: EventSpec = EventSpec {
        key: "v2.DESTROY_API",
        name: NamePattern::Exact("DESTROY_API"),
        family: Family::Service,
        direction: Direction::ClientToServer,
        dialects: V2_ONLY,
        since: "1.12.1",
        until: None,
        doc: "The sender provides one API no longer, or without a name none at all. APIs of others are untouched.",
        forms: &[
            Form {
                doc: "One API, or by the empty text every API of the sender.",
                args: &[required::<ApiNameOrAll>(
                    "name",
                    "The API; the empty text for all of the sender's.",
                )],
            },
            Form {
                doc: "Every API of the sender.",
                args: &[],
            },
        ],
        ack: AckSpec::never("Nobody answers."),
        failures: &[FailureCode::MalformedArgument, FailureCode::UnknownApi],
        clauses: &[id("SRV-SVC-13"), id("SRV-SVC-3"), id("SRV-SVC-16")],
        carried_by: &[],
        examples: &[
            Example::plain(r#"["DESTROY_API","resize-image"]"#),
            Example::plain(r#"["DESTROY_API",""]"#),
        ],
        type_name: "DestroyApi",
    };

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError> {
        Ok(packet.maybe_name(0)?.map_or(Self::All, Self::One))
    }

    fn write(&self, out: &mut Writer) {
        out.string(match self {
            Self::One(api) => api.as_str(),
            Self::All => "",
        });
    }
}
