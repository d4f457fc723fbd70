//! `p2p-conformance report`.

use std::io::Read;

use super::args::FromArgs;
use super::failure::{Failure, OrFail as _, Outcome};
use crate::exit::Exit;
use crate::files;
use crate::report::file;
use crate::report::model::{FORMAT, Report};

/// Makes other reports from that of a run.
pub(super) fn report(args: &FromArgs) -> Outcome {
    let files = args.reports.files();
    if files.is_empty() {
        let why = "say which report to make, for example with --html FILE";
        return Err(Failure::usage(why));
    }
    let report = read(args).or_fail(Exit::BadInput, args.from.display())?;
    for (path, render) in files {
        render(&report)
            .and_then(|text| file::write(&path, &text))
            .or_fail(Exit::Trouble, "cannot write the report")?;
    }
    Ok(Exit::Conforms)
}

/// Reads the JSON report. The error says where it is wrong.
fn read(args: &FromArgs) -> Result<Report, String> {
    let mut text = String::new();
    let outcome = if args.from.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(&args.from).and_then(|mut file| file.read_to_string(&mut text))
    };
    outcome.map_err(|error| error.to_string())?;
    let text = files::without_mark(text);
    let report: Report = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if report.format == FORMAT {
        Ok(report)
    } else {
        let found = report.format;
        Err(format!(
            "the report has format {found}, and this program reads format {FORMAT}"
        ))
    }
}
