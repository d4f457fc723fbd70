//! `p2p-conformance record`.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::args::RecordArgs;
use super::failure::{Failure, OrFail as _, Outcome};
use super::proxy::listen;
use super::{convert, interrupted};
use crate::exit::Exit;
use crate::proxy::Proxy;
use crate::record::{Recorder, Summary};
use crate::report::layout::Page;

/// Records until it is interrupted.
pub(super) async fn record(args: RecordArgs) -> Outcome {
    let to_stdout = args.out.as_os_str() == "-";
    if to_stdout && args.scenario.is_some() {
        let why = "--scenario reads the recording, which has to be a file";
        return Err(Failure::usage(why));
    }
    let out: Box<dyn Write + Send> = if to_stdout {
        Box::new(std::io::stdout())
    } else {
        let what = format_args!("cannot write {}", args.out.display());
        Box::new(File::create(&args.out).or_fail(Exit::Trouble, what)?)
    };
    let recorder = Arc::new(Recorder::new(out, args.keep_secrets));
    let access = args.http.access()?;
    let proxy = Proxy::reaching(&args.upstream, &access, Arc::clone(&recorder));
    let proxy = Arc::new(proxy.map_err(Failure::usage)?);
    let (address, listener) = listen(&args.listen).await?;
    eprintln!(
        "recording: clients connect to http://{address}, which passes them on to {}; \
         ctrl-c ends it",
        args.upstream
    );
    tokio::select! {
        () = proxy.serve(listener) => {}
        () = interrupted() => {}
    }
    // What breaks off now was not the clients' doing.
    let summary = recorder.finish();
    eprint!("{}", told(&summary, &args.out));
    if summary.failed.is_some() {
        return Ok(Exit::Trouble);
    }
    match &args.scenario {
        Some(scenario) => convert::write(&args.out, Some(scenario)),
        None => Ok(Exit::Conforms),
    }
}

fn told(summary: &Summary, out: &Path) -> String {
    let Summary {
        packets,
        connections,
        redacted,
        unreadable,
        failed,
    } = summary;
    let mut page = Page::default();
    let out = out.display();
    page.line(format_args!(
        "recorded {packets} packets of {connections} connections in {out}"
    ));
    if *redacted > 0 {
        page.line(format_args!(
            "{redacted} values of queries and auth payloads were left out; --keep-secrets keeps them"
        ));
    }
    if *unreadable > 0 {
        page.line(format_args!(
            "{unreadable} connections could not be followed to their end"
        ));
    }
    if let Some(why) = failed {
        page.line(format_args!("the recording is not complete: {why}"));
    }
    page.text()
}
