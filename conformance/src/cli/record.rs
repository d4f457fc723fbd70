//! `p2p-conformance record`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::args::RecordArgs;
use super::interrupted;
use crate::exit::Exit;
use crate::proxy::{self, Proxy};
use crate::record::{Recorder, Summary};

/// Records until it is interrupted.
pub(super) async fn record(args: RecordArgs) -> Exit {
    let to_stdout = args.out.as_os_str() == "-";
    if to_stdout && args.scenario.is_some() {
        eprintln!("error: --scenario reads the recording, which has to be a file");
        return Exit::Usage;
    }
    let out: Box<dyn Write + Send> = if to_stdout {
        Box::new(std::io::stdout())
    } else {
        match File::create(&args.out) {
            Ok(file) => Box::new(file),
            Err(error) => {
                eprintln!("error: cannot write {}: {error}", args.out.display());
                return Exit::Trouble;
            }
        }
    };
    let recorder = Arc::new(Recorder::new(out, args.keep_secrets));
    let access = match args.http.access() {
        Ok(access) => access,
        Err(why) => {
            eprintln!("error: {why}");
            return Exit::Usage;
        }
    };
    let proxy = match Proxy::reaching(&args.upstream, &access, Arc::clone(&recorder)) {
        Ok(proxy) => Arc::new(proxy),
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Usage;
        }
    };
    let listener = match proxy::listen(&args.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("error: cannot listen on {}: {error}", args.listen);
            return Exit::CannotReach;
        }
    };
    match listener.local_addr() {
        Ok(address) => eprintln!(
            "recording: clients connect to http://{address}, which passes them on to {}; \
             ctrl-c ends it",
            args.upstream
        ),
        Err(error) => {
            eprintln!("error: cannot listen on {}: {error}", args.listen);
            return Exit::CannotReach;
        }
    }
    tokio::select! {
        () = proxy.serve(listener) => {}
        () = interrupted() => {}
    }
    // What breaks off now was not the clients' doing.
    let summary = recorder.finish();
    eprint!("{}", told(&summary, &args.out));
    if summary.failed.is_some() {
        return Exit::Trouble;
    }
    if let Some(scenario) = &args.scenario
        && let Err((why, exit)) = super::convert::write(&args.out, Some(scenario))
    {
        eprintln!("error: {why}");
        return exit;
    }
    Exit::Conforms
}

fn told(summary: &Summary, out: &Path) -> String {
    let mut text = format!(
        "recorded {} packets of {} connections in {}\n",
        summary.packets,
        summary.connections,
        out.display()
    );
    if summary.redacted > 0 {
        let _ = writeln!(
            text,
            "{} values of queries and auth payloads were left out; --keep-secrets keeps them",
            summary.redacted
        );
    }
    if summary.unreadable > 0 {
        let _ = writeln!(
            text,
            "{} connections could not be followed to their end",
            summary.unreadable
        );
    }
    if let Some(why) = &summary.failed {
        let _ = writeln!(text, "the recording is not complete: {why}");
    }
    text
}
