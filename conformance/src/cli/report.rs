//! `p2p-conformance report`.

use std::io::Read;
use std::path::Path;

use super::args::FromArgs;
use super::compare;
use super::failure::{Failure, OrFail as _, Outcome};
use crate::exit::Exit;
use crate::files;
use crate::report::file;
use crate::report::model::{FORMAT, Report};

/// Makes other reports from that of a run, or compares several.
pub(super) fn report(args: &FromArgs) -> Outcome {
    let from = match args.from.as_slice() {
        [from] if !from.is_dir() => from,
        several => return compare::compare(several, &args.reports),
    };
    let files = args.reports.files();
    if files.is_empty() {
        let why = "say which report to make, for example with --html FILE";
        return Err(Failure::usage(why));
    }
    let report = read(from).or_fail(Exit::BadInput, from.display())?;
    for (path, render) in files {
        render(&report)
            .and_then(|text| file::write(&path, &text))
            .or_fail(Exit::Trouble, "cannot write the report")?;
    }
    Ok(Exit::Conforms)
}

/// Reads a JSON report. The error says where it is wrong.
pub(super) fn read(from: &Path) -> Result<Report, String> {
    let mut text = String::new();
    let outcome = if from.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(from).and_then(|mut file| file.read_to_string(&mut text))
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
