//! `p2p-conformance report` with several implementations.

use std::path::{Path, PathBuf};

use super::args::ReportArgs;
use super::failure::{Failure, OrFail as _, Outcome};
use super::{output, replay, report};
use crate::exit::Exit;
use crate::report::file;
use crate::report::matrix::{self, Matrix};

/// Turns a matrix into the text of a file.
type Render = fn(&Matrix) -> String;

/// Writes the matrix as a page or as Markdown; without a file, a table is printed.
pub(super) fn compare(from: &[PathBuf], reports: &ReportArgs) -> Outcome {
    let render: [(&Option<PathBuf>, Render); 2] = [
        (&reports.html, matrix::html),
        (&reports.markdown, matrix::markdown),
    ];
    let wanted = render.iter().filter(|(path, _)| path.is_some()).count();
    if reports.files().len() > wanted {
        let why = "several implementations are compared with --html or --markdown only";
        return Err(Failure::usage(why));
    }
    let matrix = read(from)?;
    if wanted == 0 {
        return output::show(&matrix::markdown(&matrix));
    }
    for (path, render) in render {
        if let Some(path) = path {
            file::write(path, &render(&matrix))
                .or_fail(Exit::Trouble, "cannot write the report")?;
        }
    }
    Ok(Exit::Conforms)
}

/// Reports, and folders of recordings.
fn read(from: &[PathBuf]) -> Result<Matrix, Failure> {
    let mut matrix = Matrix::default();
    for (name, path) in from.iter().map(|path| named(path)) {
        if matrix.runs.iter().any(|run| run.0 == name)
            || matrix.recorded.iter().any(|recorded| recorded.0 == name)
        {
            let why = format!("{name} stands for two implementations: write NAME=FILE");
            return Err(Failure::usage(why));
        }
        if path.is_dir() {
            let recordings = replay::read(&[&path], None).map_err(Failure::input)?;
            matrix.recorded.push((name, recordings));
        } else {
            let report = report::read(&path).or_fail(Exit::BadInput, path.display())?;
            matrix.runs.push((name, report));
        }
    }
    Ok(matrix)
}

/// The name of an implementation and its file: `NAME=FILE`, or the name of the file.
fn named(argument: &Path) -> (String, PathBuf) {
    if !argument.exists()
        && let Some((name, path)) = argument.to_str().and_then(|text| text.split_once('='))
    {
        return (name.to_owned(), PathBuf::from(path));
    }
    let name = if argument.is_dir() {
        argument.file_name()
    } else {
        argument.file_stem()
    };
    let name = name.unwrap_or(argument.as_os_str());
    (name.to_string_lossy().into_owned(), argument.to_owned())
}
