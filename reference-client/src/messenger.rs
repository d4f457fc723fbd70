//! The packets of messages to other clients.

use bytes::Bytes;
use sio_p2p_protocol::{
    Args, ClientEvent, ClientId, Dialect, EventName, P2pEmitAcknowledge, P2pEmitV1, P2pEmitV2,
};

/// What a message of this client looks like.
#[derive(Debug, Clone)]
pub(crate) struct Messenger {
    /// The own id: the first argument of messages of `v1`.
    pub(crate) id: ClientId,
    pub(crate) dialect: Dialect,
}

impl Messenger {
    /// The packet of a message, and the arguments whose attachments go with it.
    pub(crate) fn message(
        &self,
        target: ClientId,
        event: EventName,
        args: Args,
        ack: bool,
    ) -> (ClientEvent, Vec<Bytes>) {
        match self.dialect {
            Dialect::V1 => {
                // The receiver's library takes it for the sender's word; nobody checks it.
                let (args, attachments) = args.with_source(&self.id).into_parts();
                let message = if ack {
                    P2pEmitAcknowledge {
                        target,
                        event,
                        args,
                        ack,
                    }
                    .into()
                } else {
                    P2pEmitV1 {
                        target,
                        event,
                        args,
                    }
                    .into()
                };
                (message, attachments)
            }
            Dialect::V2 => {
                let (args, attachments) = args.into_parts();
                (
                    P2pEmitV2 {
                        target,
                        event,
                        args,
                        ack,
                    }
                    .into(),
                    attachments,
                )
            }
        }
    }
}
