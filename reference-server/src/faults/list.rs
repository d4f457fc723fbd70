//! The list of faults: a name and a sentence each.

use std::fmt;
use std::str::FromStr;

/// What a fault concerns; the headings of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Messages between clients, room messages, calls of APIs, data of streams.
    Messages,
    /// What becomes of the answers of clients.
    Acks,
    /// What the server says itself: its own acks and `SERVER_ERROR`.
    Replies,
    /// Who is there, and who has left.
    Presence,
    /// Rooms and topics.
    Rooms,
    /// Links between clients.
    Targets,
    /// Requests for streams, and their ends.
    Streams,
    /// Named APIs.
    Services,
    /// Transports and namespaces.
    Connections,
}

impl Group {
    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Messages => "Messages",
            Self::Acks => "Answers of clients",
            Self::Replies => "Words of the server",
            Self::Presence => "Presence",
            Self::Rooms => "Rooms and topics",
            Self::Targets => "Targets",
            Self::Streams => "Streams",
            Self::Services => "Services",
            Self::Connections => "Connections",
        }
    }
}

/// Declares every fault once; enum, names and texts are made of that.
macro_rules! faults {
    ($($group:ident { $($fault:ident $name:literal $text:literal)+ })+) => {
        /// Something that the server can be made to do wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Fault {
            $($(#[doc = $text] $fault,)+)+
        }

        impl Fault {
            /// Every fault, in the order of the list.
            pub const ALL: &'static [Self] = &[$($(Self::$fault,)+)+];

            /// Its name, as it is switched on by.
            pub fn name(self) -> &'static str {
                match self { $($(Self::$fault => $name,)+)+ }
            }

            /// What goes wrong, in one sentence. What it says of one thing is
            /// one occasion.
            pub fn text(self) -> &'static str {
                match self { $($(Self::$fault => $text,)+)+ }
            }

            /// What it concerns.
            pub fn group(self) -> Group {
                match self { $($(Self::$fault => Group::$group,)+)+ }
            }
        }
    };
}

faults! {
    Messages {
        DropEvent "drop-event" "An event between clients is lost."
        DoubleEvent "double-event" "An event between clients arrives twice."
        SwapEvents "swap-events" "An event between clients arrives behind the next one to the same receiver."
        OvertakenEvent "overtaken-event" "An event between clients arrives behind the next ack to the same receiver."
        DelayEvent "delay-event" "An event between clients arrives later than what was sent after it."
        MisdirectEvent "misdirect-event" "An event between clients arrives at somebody else instead."
        CopyEvent "copy-event" "An event between clients arrives at somebody else, too."
        EchoEvent "echo-event" "An event between clients comes back to its sender, too."
        RenameEvent "rename-event" "An event between clients arrives under another name."
        AlterArgument "alter-argument" "The first argument of an event between clients is replaced by the text `altered`."
        TruncateArguments "truncate-arguments" "The last argument of an event between clients is missing."
        TrailingNull "trailing-null" "An event between clients has a `null` behind its arguments."
        NestArguments "nest-arguments" "The arguments of an event between clients arrive as one array."
        AddSource "add-source" "An event between clients has the id of its sender before its arguments."
        RewriteJson "rewrite-json" "The arguments of an event between clients are read and written again, which rounds large numbers and normalises white space."
        SortKeys "sort-keys" "The members of all objects in an event between clients are sorted by name, and its JSON is written again."
        MangleText "mangle-text" "Every character outside of ASCII in an event between clients becomes a question mark."
        StripAttachments "strip-attachments" "An event between clients loses its attachments, and its placeholders become data."
        SwapAttachments "swap-attachments" "The attachments of an event between clients arrive in reverse order."
        CorruptAttachment "corrupt-attachment" "The first byte of the first attachment of an event between clients is inverted."
        LoseOwnEvents "lose-own-events" "An event that a client sends to itself is lost."
        AskUnasked "ask-unasked" "An event between clients asks for an ack although its sender does not."
        Unask "unask" "An event between clients does not ask for an ack although its sender does."
        SendReserved "send-reserved" "A message or room message with a reserved event name is passed on."
        IgnoreV1 "ignore-v1" "An event of dialect v1 alone is ignored."
        IgnoreV2 "ignore-v2" "An event of dialect v2 alone is ignored."
        ResetConnection "reset-connection" "The receiver of an event between clients is disconnected instead."
        Panic "panic" "The handling of an event between clients panics, which ends the connection of its sender."
    }
    Acks {
        DropAck "drop-ack" "The answer of a client is lost."
        DoubleAck "double-ack" "The answer of a client arrives twice."
        DelayAck "delay-ack" "The answer of a client arrives later than what was sent after it."
        OvertakenAck "overtaken-ack" "The answer of a client arrives behind the next event to the same receiver."
        MisdirectAck "misdirect-ack" "The answer of a client arrives at somebody else instead."
        WrongAckId "wrong-ack-id" "The answer of a client arrives under the next higher ack id."
        EmptyAck "empty-ack" "The answer of a client arrives without arguments."
        AlterAck "alter-ack" "The first argument of the answer of a client is replaced by the text `altered`."
        TruncateAck "truncate-ack" "The last argument of the answer of a client is missing."
        TrailingNullAck "trailing-null-ack" "The answer of a client has a `null` behind its arguments."
        NestAck "nest-ack" "The arguments of the answer of a client arrive as one array."
        RewriteAck "rewrite-ack" "The arguments of the answer of a client are read and written again, which rounds large numbers and normalises white space."
        StripAckAttachments "strip-ack-attachments" "The answer of a client loses its attachments, and its placeholders become data."
        AnswerEarly "answer-early" "The server answers a message that asks for an ack itself, with nothing, before its target does."
        AcceptSecondAck "accept-second-ack" "A second answer to the same event is passed on like the first."
        AcceptForeignAck "accept-foreign-ack" "An answer of a client that was not asked is taken for that of the one that was."
        ForgetPendingAcks "forget-pending-acks" "Who waits for the answer of a client that leaves is not told."
    }
    Replies {
        DropServerAck "drop-server-ack" "An ack of the server itself is lost."
        DoubleServerAck "double-server-ack" "An ack of the server itself arrives twice."
        AckFailures "ack-failures" "A request that fails is acked as well, with nothing."
        DropServerError "drop-server-error" "A `SERVER_ERROR` is lost."
        DoubleServerError "double-server-error" "A `SERVER_ERROR` arrives twice."
        WrongFailureText "wrong-failure-text" "A `SERVER_ERROR` or a refusal has the text `altered`."
        ObjectServerError "object-server-error" "A `SERVER_ERROR` carries an object with a `message` instead of the text."
        MisdirectServerError "misdirect-server-error" "A `SERVER_ERROR` arrives at somebody else instead."
        ServerErrorToAll "server-error-to-all" "A `SERVER_ERROR` arrives at everybody."
        CloseOnError "close-on-error" "Who is told a `SERVER_ERROR` is disconnected."
        Deaf "deaf" "An event that makes no sense leaves the server deaf: nobody is served any more."
        Crash "crash" "An event that makes no sense ends the process."
    }
    Presence {
        ForgetDisconnectNotice "forget-disconnect-notice" "A linked client is not told that its peer has left."
        DoubleDisconnectNotice "double-disconnect-notice" "A linked client is told twice that its peer has left."
        WrongDisconnectId "wrong-disconnect-id" "The notice that a peer has left names its receiver."
        OtherDisconnectNotice "other-disconnect-notice" "The notice that a peer has left has the name of the other dialect."
        DisconnectNoticeToAll "disconnect-notice-to-all" "The notice that a peer has left arrives at everybody."
        ForgetToUnregister "forget-to-unregister" "A client that leaves stays registered, with all that it had."
        UnregisterById "unregister-by-id" "A client that leaves takes its id along, though another connection has it, too."
        RegisterLate "register-late" "A client is registered by its first event, which is lost."
        ListTwice "list-twice" "A listing has its first client twice."
        ListIncomplete "list-incomplete" "A listing lacks its last client."
        ListReversed "list-reversed" "A listing is in reverse order."
        ListDeparted "list-departed" "A listing has a client that has left last."
        WrongStatus "wrong-status" "The question whether a client is connected gets the opposite answer."
        FalseStatus "false-status" "The question about a client that is not connected is answered by `false` instead of `null`."
        AdmitDuplicate "admit-duplicate" "A client whose id is taken is let in as one without an id."
        KeepRejected "keep-rejected" "A client that is turned away gets no disconnect packet."
        RefuseAnonymous "refuse-anonymous" "A client without an id is disconnected."
        MangleClientId "mangle-client-id" "Every character outside of ASCII in a client id becomes a question mark."
    }
    Rooms {
        LeakRoom "leak-room" "Leaving a room is confirmed and has no effect."
        JoinNothing "join-nothing" "Joining a room is confirmed and has no effect."
        EchoRoom "echo-room" "A room message comes back to its sender, too."
        MissMember "miss-member" "The first receiver of a room message does not get it."
        RoomToAll "room-to-all" "A room message arrives at everybody but its sender, members or not."
        InheritRooms "inherit-rooms" "A client that comes back is in the rooms that it had joined before."
        LeaveForAll "leave-for-all" "Who leaves a room, or is made to, takes all its other members along."
        ForgetTopicEnd "forget-topic-end" "A subscriber is not told that a topic ends."
    }
    Targets {
        ForgeTarget "forge-target" "Who is added as target is told that it has added itself."
        AnswerForTarget "answer-for-target" "A request to be added as target is granted by the server without asking the target."
        HideRefusal "hide-refusal" "A refusal to be added as target, or of a stream, arrives as an acceptance."
        InventRefusal "invent-refusal" "An acceptance of a target or stream arrives as a refusal."
    }
    Streams {
        ForgeStreamSource "forge-stream-source" "A request for a stream names its receiver as the source."
        AlterStreamId "alter-stream-id" "A request for a stream has another id for the end of its receiver."
        DropStreamMembers "drop-stream-members" "A request for a stream loses the members that the server does not know."
        DropChannel "drop-channel" "A request for a stream on a channel arrives as one without."
        HoldNothing "hold-nothing" "Data that an acceptor sends ahead of its acceptance is not held back."
        DropStreamEnd "drop-stream-end" "The end of one direction of a stream is lost."
        DropStreamDestroyed "drop-stream-destroyed" "The notice that a stream was destroyed is lost."
    }
    Services {
        KeepApi "keep-api" "The APIs of a client that leaves stay taken."
        ForgetApi "forget-api" "Creating an API has no effect."
        HijackApi "hijack-api" "An API that is taken goes to whoever creates it once more."
        DestroyForeignApi "destroy-foreign-api" "A client destroys the API of another."
        DestroyNothing "destroy-nothing" "Destroying an API is confirmed and has no effect."
        WrongApiCheck "wrong-api-check" "The question whether an API exists gets the opposite answer."
    }
    Connections {
        DropConnect "drop-connect" "A client is not told that it has joined."
        TolerateGarbage "tolerate-garbage" "A frame that must end its connection does not."
        AcceptNamespace "accept-namespace" "A client is told that it has joined a namespace that does not exist."
        IgnoreLeave "ignore-leave" "A client that leaves the namespace is still taken for joined."
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no fault of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault `{0}`; --list-faults prints all of them")]
pub struct UnknownFault(pub String);

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        let named = |fault: &&Self| fault.name() == name;
        let fault = Self::ALL.iter().copied().find(|fault| named(&fault));
        fault.ok_or_else(|| UnknownFault(name.to_owned()))
    }
}

/// The list as Markdown, a table for each group.
pub fn markdown() -> String {
    use std::fmt::Write;

    let mut text = String::new();
    let mut group = None;
    for fault in Fault::ALL {
        if group.replace(fault.group()) != Some(fault.group()) {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\n### {}\n\n| Name | What goes wrong |\n|---|---|\n",
                fault.group().title()
            );
        }
        let _ = writeln!(text, "| `{fault}` | {} |", fault.text());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_distinct_and_read_back() {
        let names: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
        assert!(names.len() >= 40);
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(*fault));
        }
        assert!("drop_ack".parse::<Fault>().is_err());
    }

    /// FAULTS.md has the list as it is; what differs is written by
    /// `UPDATE_FAULTS=1 cargo test -p sio-p2p-server --features faults`.
    #[test]
    fn the_page_of_faults_is_complete() {
        const BEGIN: &str = "<!-- list of faults: begin -->\n";
        const END: &str = "\n<!-- list of faults: end -->";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/FAULTS.md");
        let page = std::fs::read_to_string(path).unwrap();
        let (before, rest) = page.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let wanted = format!("{before}{BEGIN}{}{END}{after}", markdown());
        if std::env::var_os("UPDATE_FAULTS").is_some() {
            std::fs::write(path, &wanted).unwrap();
        }
        let page = std::fs::read_to_string(path).unwrap();
        assert_eq!(page, wanted, "run this test with UPDATE_FAULTS=1");
    }
}
