//! How persistent messages are sent: as any event of the host that asks for an ack.

use std::sync::Weak;

use futures_util::future::{BoxFuture, FutureExt};
use sio_p2p_protocol::{ClientId, EventName, Failure};

use super::handle::Requested;
use super::persistent::{NotSent, Sender};
use super::shared::SharedDriver;
use crate::relay::Content;

/// Weak, because the shell owns the persistent messages.
impl Sender for Weak<dyn SharedDriver> {
    fn send(
        &self,
        client: &ClientId,
        event: &EventName,
        content: Content,
        stale: &dyn Fn() -> bool,
    ) -> Result<BoxFuture<'static, Option<Content>>, NotSent> {
        let shared = self.upgrade().ok_or("the server has ended")?;
        let asked = Requested::new(&*shared, |host, id| {
            if stale() {
                let client = client.to_string();
                return Err(Failure::MessageTargetNotConnected { client });
            }
            host.emit_persistent(client, event, content, id)
        });
        if let Some(error) = asked.not_sent() {
            return Err(error.clone().into());
        }
        Ok(asked.map(Result::ok).boxed())
    }

    fn is_gone(&self) -> bool {
        self.strong_count() == 0
    }
}
