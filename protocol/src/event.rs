//! The catalogue: every event, declared once.
//!
//! Each declaration stands in the module of its family, beside its type. The
//! two lists below gather them into [`ClientEvent`] and [`ServerEvent`], and
//! everything else is derived: decoding, encoding, schemas, generated files. To
//! add an event is to write its declaration and add its line here; servers that
//! match on `ClientEvent` then do not compile until they handle it.

use std::borrow::Cow;

use crate::core::{GetClientConnectedStatus, ListClients, ServerError, ServerPing};
use crate::dialect::Dialect;
use crate::error::DecodeError;
use crate::link::{
    AddTarget, MultiApiAddTarget, TargetAdded, TargetAddedV1, TargetDisconnected,
    TargetDisconnectedV1,
};
use crate::message::{Forwarded, P2pEmitAcknowledge, P2pEmitV1, P2pEmitV2};
use crate::packet::{Unread, WireEvent};
use crate::payload::Arguments;
use crate::room::{EmitRoom, JoinRoomV1, JoinRoomV2, LeaveRoomV1, LeaveRoomV2};
use crate::service::{CheckApiName, CreateApi, DestroyApi, UseApi};
use crate::spec::EventSpec;
use crate::stream::{
    CreateStream, MultiApiCreateStream, PeerStreamDestroyedV1, PeerStreamDestroyedV2, StreamDataV1,
    StreamDataV2, StreamOffered, StreamOfferedOnChannel, StreamOfferedV1,
};
use crate::topic::{SubscribeTopic, TopicBeingDestroyed, TopicPublication, UnsubscribeTopic};
use crate::wire::Writer;

macro_rules! events {
    (
        $(#[doc = $doc:literal])+
        $enum:ident { $($variant:ident($type:ident),)+ }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $enum {
            $(
                #[doc = concat!("See [`", stringify!($type), "`].")]
                $variant($type),
            )+
        }

        impl $enum {
            /// The declarations, in the order in which a packet is tried against them.
            pub const SPECS: &'static [EventSpec] = &[$(<$type as WireEvent>::SPEC,)+];

            fn read(packet: Unread<'_>, dialect: Option<Dialect>) -> Result<Self, DecodeError> {
                $(
                    {
                        const SPEC: &EventSpec = &<$type as WireEvent>::SPEC;
                        if SPEC.name.matches(&packet.name)
                            && dialect.is_none_or(|dialect| SPEC.speaks(dialect))
                            && <$type as WireEvent>::claims(&packet)
                        {
                            return packet.read::<$type>(SPEC).map(Self::$variant);
                        }
                    }
                )+
                Err(packet.unknown("an event of the catalogue"))
            }

            /// The declaration of this event.
            pub fn spec(&self) -> &'static EventSpec {
                match self {
                    $(Self::$variant(_) => const { &<$type as WireEvent>::SPEC },)+
                }
            }

            /// The dialects that have this event.
            pub fn dialects(&self) -> &'static [Dialect] {
                self.spec().dialects
            }

            /// The event name under which this value travels.
            pub fn name(&self) -> Cow<'_, str> {
                match self {
                    $(Self::$variant(event) => event.name(),)+
                }
            }

            /// Whether the packet has to carry an ack id.
            pub fn wants_ack(&self) -> bool {
                match self {
                    $(Self::$variant(event) => event.wants_ack(),)+
                }
            }

            /// The JSON array text of the EVENT packet, name included, exactly
            /// as the original writes it.
            pub fn encode(&self) -> String {
                let mut out = Writer::new();
                out.string(&self.name());
                self.write(&mut out);
                out.finish()
            }

            /// The arguments alone, as an array without the event name.
            pub fn arguments(&self) -> Arguments {
                let mut out = Writer::new();
                self.write(&mut out);
                Arguments::from_array(out.finish())
            }

            fn write(&self, out: &mut Writer) {
                match self {
                    $(Self::$variant(event) => event.write(out),)+
                }
            }
        }

        $(
            impl From<$type> for $enum {
                fn from(event: $type) -> Self {
                    Self::$variant(event)
                }
            }
        )+
    };
}

events! {
    /// What a client sends: one variant for each declaration.
    ///
    /// A server matches it exhaustively, so a missing handler does not compile.
    ClientEvent {
        P2pEmitV1(P2pEmitV1),
        P2pEmitAcknowledge(P2pEmitAcknowledge),
        P2pEmitV2(P2pEmitV2),
        MultiApiAddTarget(MultiApiAddTarget),
        AddTarget(AddTarget),
        MultiApiCreateStream(MultiApiCreateStream),
        CreateStream(CreateStream),
        JoinRoomV1(JoinRoomV1),
        JoinRoomV2(JoinRoomV2),
        LeaveRoomV1(LeaveRoomV1),
        LeaveRoomV2(LeaveRoomV2),
        EmitRoom(EmitRoom),
        ListClients(ListClients),
        GetClientConnectedStatus(GetClientConnectedStatus),
        CheckApiName(CheckApiName),
        CreateApi(CreateApi),
        UseApi(UseApi),
        DestroyApi(DestroyApi),
    }
}

events! {
    /// What a server sends: one variant for each declaration.
    ///
    /// Names that the dialect knows are typed, all others are [`Forwarded`].
    /// Peers may send each other protocol names inside messages; nothing on the
    /// wire tells such a forgery from the server's own word.
    ServerEvent {
        ServerError(ServerError),
        ServerPing(ServerPing),
        MultiApiAddTarget(TargetAddedV1),
        AddTarget(TargetAdded),
        MultiApiTargetDisconnect(TargetDisconnectedV1),
        TargetDisconnect(TargetDisconnected),
        MultiApiCreateStream(StreamOfferedV1),
        CreateStream(StreamOffered),
        CreateStreamChannel(StreamOfferedOnChannel),
        StreamDataV1(StreamDataV1),
        StreamDataV2(StreamDataV2),
        PeerStreamDestroyedV1(PeerStreamDestroyedV1),
        PeerStreamDestroyedV2(PeerStreamDestroyedV2),
        SubscribeTopic(SubscribeTopic),
        UnsubscribeTopic(UnsubscribeTopic),
        TopicPublication(TopicPublication),
        TopicBeingDestroyed(TopicBeingDestroyed),
        Forwarded(Forwarded),
    }
}

impl ClientEvent {
    /// Reads the JSON array text of an EVENT packet, event name included, such
    /// as `["P2P_EMIT","b","hi",[1],null]`; `wants_ack` says whether the packet
    /// carried an ack id.
    ///
    /// The dialect is told by the packet itself. An unknown name is an error of
    /// kind [`UnknownEvent`](crate::DecodeErrorKind::UnknownEvent). Surplus
    /// arguments are ignored, as the original ignores them.
    pub fn decode(data: &str, wants_ack: bool) -> Result<Self, DecodeError> {
        Self::read(Unread::scan(data, wants_ack)?, None)
    }
}

impl ServerEvent {
    /// Reads the JSON array text of an EVENT packet as a client of `dialect`
    /// does; `wants_ack` says whether the packet carried an ack id.
    pub fn decode(data: &str, wants_ack: bool, dialect: Dialect) -> Result<Self, DecodeError> {
        Self::read(Unread::scan(data, wants_ack)?, Some(dialect))
    }
}

/// Every declaration: what clients send, then what servers send.
pub fn catalogue() -> &'static [EventSpec] {
    const CLIENT: &[EventSpec] = ClientEvent::SPECS;
    const SERVER: &[EventSpec] = ServerEvent::SPECS;
    const ALL: [EventSpec; CLIENT.len() + SERVER.len()] = {
        let mut all = [CLIENT[0]; CLIENT.len() + SERVER.len()];
        let mut i = 0;
        while i < CLIENT.len() {
            all[i] = CLIENT[i];
            i += 1;
        }
        while i < all.len() {
            all[i] = SERVER[i - CLIENT.len()];
            i += 1;
        }
        all
    };
    static CATALOGUE: [EventSpec; CLIENT.len() + SERVER.len()] = ALL;
    &CATALOGUE
}

impl EventSpec {
    /// The declaration with this key.
    pub fn find(key: &str) -> Option<&'static Self> {
        catalogue().iter().find(|spec| spec.key == key)
    }
}
