//! What may happen to a session, and how often.

use proptest::prelude::*;

use crate::{CloseReason, Packet};

/// Anything that may happen to a session.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A request polls. If `lost`, its answer does not arrive.
    Poll { lost: bool },
    /// The request that polls breaks off.
    PollBreaks,
    /// A request that brings packets begins.
    Post,
    /// It ends.
    PostEnds { whole: bool },
    /// A WebSocket comes for the session, and may say `2probe`.
    Probe { asks: bool },
    /// The newest WebSocket, or the one so many before it, says something as a probe.
    Probed(usize, Packet<'static>),
    /// The newest WebSocket does all that an upgrade takes.
    Upgrade,
    /// Such a WebSocket is gone.
    Gone(usize, CloseReason),
    /// A connection takes so many bytes of the frames that wait.
    Write(usize),
    /// The program sends a message of about this length.
    Send(Kind, usize),
    /// The client sends a packet.
    Receive(Packet<'static>),
    /// The client sends a WebSocket ping.
    Ping(usize),
    /// The client has sent something, whatever it is.
    Heard,
    /// The client sends what is no packet.
    Misread,
    /// So many milliseconds pass, and the timers are punctual.
    Wait(u64),
    /// So many milliseconds pass, and the timers are late.
    Late(u64),
    /// The program closes the session.
    Close,
    /// The program ends the session at once.
    Abort(CloseReason),
}

/// How a message is queued.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Prepared,
    Binary,
}

fn packet() -> impl Strategy<Value = Packet<'static>> {
    prop_oneof![
        6 => Just(Packet::Message("hello")),
        3 => Just(Packet::Binary(vec![1, 2, 3].into())),
        6 => Just(Packet::Ping("")),
        6 => Just(Packet::Pong("")),
        2 => Just(Packet::Noop),
        2 => Just(Packet::Open("{}")),
        2 => Just(Packet::Upgrade),
        1 => Just(Packet::Close),
    ]
}

fn probe_packet() -> impl Strategy<Value = Packet<'static>> {
    prop_oneof![
        6 => Just(Packet::Ping("probe")),
        6 => Just(Packet::Upgrade),
        1 => Just(Packet::Ping("")),
        1 => Just(Packet::Message("early")),
        1 => Just(Packet::Close),
    ]
}

fn reason() -> impl Strategy<Value = CloseReason> {
    prop::sample::select(vec![
        CloseReason::TransportClose,
        CloseReason::TransportError,
        CloseReason::ParseError,
        CloseReason::WriteStall,
    ])
}

/// Lengths on both sides of where messages are treated in another way.
pub(super) fn length() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0_usize..140, 2 => 4_050_usize..4_150, 1 => Just(70_000_usize)]
}

pub(super) fn kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Text, Kind::Prepared, Kind::Binary])
}

/// Mostly the newest WebSocket, and sometimes one that has had its time.
fn back() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0_usize), 1 => 1_usize..3]
}

/// Some time in milliseconds: much of a heartbeat, or little of an upgrade.
fn time() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..12_000, 0_u64..400]
}

/// A step. Those that end a session are rare, so that sessions have a life.
pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        60 => prop::bool::weighted(0.03).prop_map(|lost| Step::Poll { lost }),
        2 => Just(Step::PollBreaks),
        20 => Just(Step::Post),
        20 => prop::bool::weighted(0.95).prop_map(|whole| Step::PostEnds { whole }),
        12 => any::<bool>().prop_map(|asks| Step::Probe { asks }),
        20 => (back(), probe_packet()).prop_map(|(which, packet)| Step::Probed(which, packet)),
        4 => Just(Step::Upgrade),
        4 => (back(), reason()).prop_map(|(which, reason)| Step::Gone(which, reason)),
        40 => (0_usize..300).prop_map(Step::Write),
        20 => (0_usize..200_000).prop_map(Step::Write),
        90 => (kind(), length()).prop_map(|(kind, length)| Step::Send(kind, length)),
        20 => packet().prop_map(Step::Receive),
        10 => (0_usize..126).prop_map(Step::Ping),
        10 => Just(Step::Heard),
        1 => Just(Step::Misread),
        20 => time().prop_map(Step::Wait),
        8 => time().prop_map(Step::Late),
        2 => Just(Step::Close),
        1 => reason().prop_map(Step::Abort),
    ]
}
