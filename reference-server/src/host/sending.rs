//! How persistent messages are sent: as any event of the host that asks for an ack.

use std::sync::Weak;

use futures_util::future::{BoxFuture, FutureExt};
use sio_p2p_protocol::{Args, ClientId, EventName, Failure};

use super::persistent::{NotSent, Sender};
use super::request::Requested;
use super::shared::SharedDriver;

/// Weak, because the shell owns the persistent messages.
impl Sender for Weak<dyn SharedDriver> {
    fn send(
        &self,
        client: &ClientId,
        event: &EventName,
        args: Args,
        stale: &dyn Fn() -> bool,
    ) -> Result<BoxFuture<'static, Option<Args>>, NotSent> {
        let shared = self.upgrade().ok_or("the server has ended")?;
        let asked = Requested::<Args>::send(&*shared, |host, id| {
            if stale() {
                let client = client.to_string();
                return Err(Failure::MessageTargetNotConnected { client });
            }
            host.emit_persistent(client, event, args, id)
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
