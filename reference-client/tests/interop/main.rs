//! The client with others: every CLI-* clause against the original's servers and `p2p-server`,
//! each in a process of its own, with a JavaScript peer at the other end; and what needs a server
//! that can be killed or measured.
//!
//! The servers are started once and shared by all trials, which is why ids are generated. Each
//! trial is one future; nothing in it sleeps to wait.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails; helpers count as tests"
)]

mod bulk;
mod clauses;
mod cycles;
mod examples;
mod foreign;
mod gauges;
mod killed;
#[path = "../support/node.rs"]
mod node;
mod process;
mod servers;
mod transport;
#[path = "../support/waiting.rs"]
mod waiting;

use std::{future::Future, pin::Pin, sync::Arc};

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

use servers::Servers;
use waiting::soon;

/// What a trial does.
type Body = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A trial before it has a runtime.
struct Plan {
    name: String,
    body: Box<dyn FnOnce(Arc<Servers>) -> Body + Send>,
}

impl Plan {
    fn new<F, R>(name: impl Into<String>, body: F) -> Self
    where
        F: FnOnce(Arc<Servers>) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        Self {
            name: name.into(),
            body: Box::new(|servers| Box::pin(body(servers))),
        }
    }

    fn trial(self, runtime: &Arc<Runtime>, servers: &Arc<Servers>) -> Trial {
        let (runtime, servers) = (Arc::clone(runtime), Arc::clone(servers));
        Trial::test(self.name, move || {
            // A task of its own, so that its panic is an error here and ends nothing else.
            let done = runtime.block_on(runtime.spawn((self.body)(servers)));
            done.map_err(|error| match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => error.into(),
            })
        })
    }
}

fn main() {
    if process::is_server() {
        return process::serve();
    }
    let runtime = Arc::new(Runtime::new().expect("a runtime"));
    let servers = Arc::new(Servers::default());
    let plans = [
        bulk::plans(),
        clauses::plans(),
        cycles::plans(),
        examples::plans(),
        foreign::plans(),
        killed::plans(),
        transport::plans(),
    ];
    let trials = plans
        .into_iter()
        .flatten()
        .map(|plan| plan.trial(&runtime, &servers))
        .collect();
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    // Ends the processes that were started; `exit` would leave them behind.
    runtime.block_on(async { drop(servers) });
    conclusion.exit();
}
