//! Answers, by the type that the catalogue says they have.

use sio_p2p_protocol::{
    AddTargetAck, CheckApiNameAck, ConnectedStatusAck, CreateStreamAck, DecodeError, EmptyAck,
    ForwardedAck, JoinRoomV1Ack, ListClientsAck, NullAck, PongAck, StreamDataAck,
    SubscribeTopicAck,
};

macro_rules! again {
    ($name:expr, $data:expr; $($type:ident)+) => {
        match $name {
            $(stringify!($type) => Some($type::decode($data).map(|ack| ack.encode())),)+
            _ => None,
        }
    };
}

/// The answer as a conforming peer writes it, or what is wrong with it; nothing for a type that
/// is not known here.
pub(super) fn again(name: &str, data: &str) -> Option<Result<String, DecodeError>> {
    again! { name, data;
        AddTargetAck CheckApiNameAck ConnectedStatusAck CreateStreamAck EmptyAck ForwardedAck
        JoinRoomV1Ack ListClientsAck NullAck PongAck StreamDataAck SubscribeTopicAck
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sio_p2p_protocol::catalogue;

    #[test]
    fn every_answer_of_the_catalogue_is_known() {
        for content in catalogue().iter().filter_map(|spec| spec.ack.content) {
            let example = content.examples[0];
            let read = again(content.type_name, example);
            assert_eq!(read, Some(Ok(example.to_owned())), "{}", content.type_name);
        }
    }
}
