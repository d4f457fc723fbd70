//! A report that is written when the run is over.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::made::Made;
use super::model::{Implementation, Report};
use crate::runner::events::{Event, Reporter};

/// Turns a report into the text of a file.
pub type Render = fn(&Report) -> std::io::Result<String>;

/// Writes one file at the end of a run.
#[derive(Debug)]
pub struct FileReporter {
    path: PathBuf,
    implementation: Implementation,
    made: Made,
    render: Render,
}

impl FileReporter {
    /// A reporter that will write to this file; `-` is standard output.
    pub fn new(path: PathBuf, implementation: Implementation, made: Made, render: Render) -> Self {
        Self {
            path,
            implementation,
            made,
            render,
        }
    }
}

impl Reporter for FileReporter {
    fn event(&mut self, event: &Event<'_>) -> std::io::Result<()> {
        let Event::Finished {
            results,
            stale,
            duration,
            server,
        } = event
        else {
            return Ok(());
        };
        let mut report = Report::new(
            self.implementation.clone(),
            results,
            stale,
            *duration,
            server,
        );
        report.made = Some(self.made.clone());
        write(&self.path, &(self.render)(&report)?)
    }
}

/// Writes a text to a file, or to standard output for `-`. An error names the file.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let outcome = if path.as_os_str() == "-" {
        std::io::stdout().write_all(text.as_bytes())
    } else {
        std::fs::write(path, text)
    };
    outcome
        .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}
