//! Both directions of a WebSocket, copied as they are.

use std::time::Duration;

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::timeout;

use super::body;
use super::frames::Frames;
use crate::player::play::trace::Way;
use crate::record::recorder::{MAX_MESSAGE, Session};

/// How much is read at once.
const PIECE: usize = 16 << 10;
/// How long the other direction may go on when one has ended.
const GOODBYE: Duration = Duration::from_secs(10);

/// Joins a client and the server once both have agreed to the upgrade.
pub(super) async fn join(client: OnUpgrade, server: OnUpgrade, session: Option<Session>) {
    let (Ok(client), Ok(server)) = tokio::join!(client, server) else {
        if let Some(session) = session {
            session.closed(Way::Out);
        }
        return;
    };
    let (client_in, client_out) = tokio::io::split(TokioIo::new(client));
    let (server_in, server_out) = tokio::io::split(TokioIo::new(server));
    let mut out = std::pin::pin!(copy(client_in, server_out, session.clone(), Way::Out));
    let mut back = std::pin::pin!(copy(server_in, client_out, session.clone(), Way::In));
    let (first, (by, clean)) = tokio::select! {
        end = &mut out => (Way::Out, end),
        end = &mut back => (Way::In, end),
    };
    if let Some(session) = session {
        session.closed(by);
    }
    if clean {
        // The answer to the goodbye may still be on its way.
        let _ = match first {
            Way::Out => timeout(GOODBYE, back).await,
            Way::In => timeout(GOODBYE, out).await,
        };
    }
}

/// Copies one direction to its end: who has ended it, and whether in an orderly way.
async fn copy(
    mut from: ReadHalf<TokioIo<Upgraded>>,
    mut to: WriteHalf<TokioIo<Upgraded>>,
    session: Option<Session>,
    way: Way,
) -> (Way, bool) {
    let other = match way {
        Way::Out => Way::In,
        Way::In => Way::Out,
    };
    let mut watch = session.map(|session| (session, Frames::new(MAX_MESSAGE)));
    let mut piece = vec![0; PIECE];
    loop {
        let read = match from.read(&mut piece).await {
            Ok(0) => return (way, to.shutdown().await.is_ok()),
            Ok(read) => read,
            Err(_) => return (way, false),
        };
        let bytes = piece.get(..read).unwrap_or_default();
        if let Some((session, frames)) = &mut watch {
            frames.push(bytes);
            if !body::tell(session, way, || frames.next_frame()) {
                watch = None;
            }
        }
        if to.write_all(bytes).await.is_err() || to.flush().await.is_err() {
            return (other, false);
        }
    }
}
