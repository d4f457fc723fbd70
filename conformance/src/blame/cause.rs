//! What went wrong, in words that are the same for all checks in which the same went wrong.

use super::sign::How;
use super::subject::{Asked, Subject};

/// One phrase: "`TARGET_DISCONNECT` did not come".
pub(super) fn cause(subject: &Subject, how: How, message: &str) -> String {
    if how == How::Lost {
        return match subject {
            Subject::Report(_) | Subject::Command(_) | Subject::Sent(_) | Subject::Joining => {
                message.to_owned()
            }
            _ => "the server ended a connection".to_owned(),
        };
    }
    let what = match subject {
        Subject::Connection => return "a client was not accepted".to_owned(),
        Subject::Refusal => "the refusal of a client",
        Subject::Ending => "the end of a connection",
        Subject::Message => "a message",
        Subject::RoomEvent => "an event to a room",
        Subject::Publication => "a publication of a topic",
        Subject::Call => "the call of an API",
        Subject::Event => "an event",
        Subject::Added => "`ADD_TARGET`",
        Subject::Notice => "`TARGET_DISCONNECT`",
        Subject::Offer => "`CREATE_STREAM`",
        Subject::Error => "`SERVER_ERROR`",
        Subject::Ping => "`SERVER_PING`",
        Subject::Ack(asked) => match asked {
            Asked::Message => "the ack of a message",
            Asked::Target => "the ack of `ADD_TARGET`",
            Asked::Stream => "the ack of `CREATE_STREAM`",
            Asked::Room => "the ack of `JOIN_ROOM` or `LEAVE_ROOM`",
            Asked::Call => "the ack of `USE_API`",
            Asked::Other => "an ack",
        },
        Subject::Denial(asked) => match asked {
            Asked::Target => "the refusal of `ADD_TARGET`",
            Asked::Stream => "the refusal of `CREATE_STREAM`",
            _ => "a refusal",
        },
        Subject::Listing if how == How::Missing => "the ack of `LIST_CLIENTS`",
        Subject::Listing | Subject::ListingOrder | Subject::Departure => {
            return "the list of clients is not as it should be".to_owned();
        }
        Subject::Status => "the ack of `GET_CLIENT_CONNECTED_STATUS`",
        Subject::Existence => "the ack of `CHECK_API_NAME`",
        Subject::Heartbeat => "a heartbeat",
        Subject::Http => "the answer to an HTTP request",
        Subject::Probe => return "a WebSocket beside a session went wrong".to_owned(),
        Subject::Noops => return "polls were not let go of as they should be".to_owned(),
        Subject::Packet => "a packet",
        Subject::Fence => "a message that closes a step",
        Subject::Echo => "the answer to a question that closes a step",
        Subject::Service => return "other clients were not served".to_owned(),
        Subject::Report(event) => &format!("the report `{event}`"),
        Subject::Sent(event) => &format!("`{event}` of the client"),
        Subject::Command(name) => return format!("the command `{name}` failed"),
        Subject::Joining | Subject::Unknown => return message.to_owned(),
    };
    let how = match how {
        How::Missing => "did not come",
        How::Different => "was another",
        How::Count => "came with arguments too many or too few",
        How::Bytes => "came with other bytes",
        How::Asks => "asked for an ack and should not, or did not and should",
        How::Extra => "came although nothing should",
        How::Early => "came too early",
        How::Late => "came out of order",
        How::Lost | How::Otherwise => return message.to_owned(),
    };
    format!("{what} {how}")
}
