//! The server's own APIs, services, topics and streams, used by real JavaScript
//! clients. What the examples do is done here by the examples themselves.

use std::error::Error;
use std::future::Future;

use sio_p2p_server::{Call, Handle, P2pServer, StreamOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::node::Project;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// An example, whose `main` would serve on a port of its own.
macro_rules! example {
    ($name:ident, $file:literal) => {
        #[path = $file]
        #[expect(
            dead_code,
            unreachable_pub,
            reason = "an example is a program of its own"
        )]
        mod $name;
    };
}

example!(presence, "../../examples/presence.rs");
example!(services, "../../examples/services.rs");
example!(streams, "../../examples/streams.rs");
example!(topics, "../../examples/topics.rs");

/// Opens a stream to the caller as it wants it: on a channel, with arguments. How
/// the stream ends is the answer of the call.
async fn watch(handle: Handle, call: Call) {
    let client = call.caller().client.clone().expect("it has an id");
    let (channel, mode): (String, String) = call.parse().expect("two texts");
    let options = StreamOptions {
        read_buffer: 1_000,
        ..StreamOptions::default()
    };
    let opening = handle
        .open_stream(&client)
        .channel(channel.as_str())
        .args((mode.as_str(), 2))
        .options(options);
    let outcome = async {
        let mut stream = opening.await?;
        let mut first = [0; 5];
        stream.read_exact(&mut first).await?;
        if mode == "destroy" {
            stream.destroy();
            return Ok("destroyed by the server".to_owned());
        }
        stream.write_all(&first).await?;
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await?;
        Ok::<_, Box<dyn Error>>(String::from_utf8(rest)?)
    };
    let outcome = outcome.await;
    let text = outcome.unwrap_or_else(|error| format!("error: {error}"));
    call.answer(text).unwrap();
}

async fn watchers(handle: Handle) -> Outcome {
    let calls = handle.provide_api("watch")?;
    calls
        .for_each_concurrent(100, move |call| {
            // What the runtime needs to be sure of is what `watch` holds.
            let handle = handle.clone();
            async move { watch(handle, call).await }
        })
        .await;
    Ok(())
}

/// Runs a script against a server whose program is this.
fn run<Program>(script: &str, program: impl FnOnce(Handle) -> Program)
where
    Program: Future<Output = Outcome> + Send + 'static,
{
    let project = Project::install();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = P2pServer::builder().build();
    let program = runtime.spawn(program(server.handle()));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = runtime.spawn(server.serve(listener, async {
        stopped.await.ok();
    }));
    // Whatever is provided is there before the first client.
    project.run(script, &[&url]);
    drop(stop);
    runtime.block_on(serving).unwrap().unwrap();
    // The end of the server is the end of its program.
    runtime.block_on(program).unwrap().unwrap();
}

/// See `tests/js/host.js`.
#[test]
fn the_program_of_a_server_serves_original_clients() {
    run("host.js", |handle| async {
        tokio::try_join!(
            services::calculate(handle.clone()),
            streams::echo(handle.clone()),
            topics::publish(handle.clone()),
            presence::welcome(handle.clone()),
            watchers(handle),
        )?;
        Ok(())
    });
}
