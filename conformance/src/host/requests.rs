//! `conformance:request`: events of the host that ask for an answer.

use std::future::Future;
use std::pin::Pin;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use sio_p2p_server::{Args, Calls, Handle, Responder};

use super::asked::{Asked, answer, text_of};

/// How many questions may be open at a time; further calls wait.
const OPEN: usize = 4096;

type Answer = Pin<Box<dyn Future<Output = (Option<Responder>, Args)> + Send>>;

/// Handles the calls in their order. The event is sent in its turn, the answer comes when it
/// comes.
///
/// One task does both, and gives the answers that are there before it takes the next call:
/// so a client that calls once more, and is answered, has got what had been decided before. An
/// answer in a task of its own would come at any time.
pub(super) async fn handle(mut calls: Calls, handle: Handle) {
    let mut open: FuturesUnordered<Answer> = FuturesUnordered::new();
    loop {
        tokio::select! {
            biased;
            Some((responder, args)) = open.next() => answer(responder, args),
            call = calls.next(), if open.len() < OPEN => {
                let Some(call) = call else {
                    return;
                };
                let mut asked = Asked::new(call);
                match ask(&handle, &mut asked) {
                    Ok(answer) => open.push(answer),
                    Err(mistake) => asked.finish(Err(mistake)),
                }
            }
        }
    }
}

fn ask(handle: &Handle, asked: &mut Asked) -> Result<Answer, String> {
    let args = asked.list(2)?.unwrap_or_default();
    let answer = handle.request_to(asked.key(0)?, asked.key(1)?, args);
    let responder = asked.later();
    Ok(Box::pin(async move {
        let args = answer.await;
        let args = args.unwrap_or_else(|error| text_of(&error.to_string()));
        (responder, args)
    }))
}
