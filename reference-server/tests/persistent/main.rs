//! Persistent messages while the server is killed and its receivers come and go.
//!
//! This program is two. Started by `cargo test` it is the test: it lets a second
//! process of itself be the server, kills that with SIGKILL at random moments, and
//! sends real JavaScript clients away and back. Started with `serve` it is that
//! server, told what to send on its standard input.
//!
//! Without settings it is short. The full run is `cargo xtask measure persistent`,
//! which sets `P2P_MESSAGES`, `P2P_KILLS` and `P2P_SEED`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod plan;
mod receiver;
mod run;
mod serve;

#[path = "../program/node.rs"]
#[expect(dead_code, reason = "other test programs use the rest of it")]
mod node;

use libtest_mimic::{Arguments, Trial};

use crate::plan::Plan;

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("serve") {
        let mut next = || arguments.next().expect("serve DATABASE PORT");
        let (database, port) = (next(), next());
        serve::serve(database.as_ref(), port.parse().expect("a port"));
        return;
    }
    let trial = Trial::test("none_is_lost_and_order_is_kept_across_kills", || {
        run::run(&Plan::from_environment());
        Ok(())
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit();
}
