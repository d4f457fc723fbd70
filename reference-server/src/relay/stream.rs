//! Stream API: byte and object streams between two clients.
//!
//! Not served yet. Requests are refused in the way that every client of the
//! protocol understands: by the reason in the ack.

use sio_p2p_protocol::CreateStreamAck;

use super::Relay;
use super::call::Call;
use super::failure::not_served;

impl Relay {
    /// `CREATE_STREAM` and `MULTI_API_CREATE_STREAM` (SRV-STR-1).
    pub(super) fn create_stream(&mut self, call: Call<'_>) {
        call.answer(CreateStreamAck::Refused(not_served("streams").payload()).encode());
    }
}
