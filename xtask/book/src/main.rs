//! The book of the protocol: builds it from `spec/`, checks every link, and runs the
//! commands that its pages show.

mod commands;
mod links;
mod page;
mod pages;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Error, Result};
use clap::Parser;
use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;

/// Builds the book into `target/book` and checks every link in it.
#[derive(Debug, Parser)]
struct Options {
    /// The root of the repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,
    /// Run the commands of the pages, too, with the programs in this folder.
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the options ask for. Gives one line about it.
fn run(options: &Options) -> Result<String> {
    let root = options.root.canonicalize()?;
    let mut book = MDBook::load(root.join("spec"))?;
    let mut chapters = 0;
    let mut wrong = Vec::new();
    let mut scripts = Vec::new();
    book.book.for_each_mut(|item| {
        let BookItem::Chapter(chapter) = item else {
            return;
        };
        let Some(path) = chapter.path.clone() else {
            return;
        };
        chapters += 1;
        scripts.push((path.clone(), page::commands(&chapter.content)));
        match links::outside_as_text(&chapter.content, &path, &root) {
            Ok(content) => chapter.content = content,
            Err(broken) => wrong.extend(broken),
        }
    });
    book.build()?;
    let built = book.build_dir_for("html");
    let (pages, links) = pages::check(&built, &mut wrong)?;
    fail_with(wrong, "links lead nowhere")?;
    let summary = format!("{chapters} chapters, {pages} pages, {links} links");
    let Some(programs) = &options.programs else {
        return Ok(summary);
    };
    let count = run_commands(&root, &programs.canonicalize()?, &scripts)?;
    Ok(format!("{summary}, {count} commands run"))
}

/// Runs the commands of all pages. Gives their number.
fn run_commands(
    root: &Path,
    programs: &Path,
    scripts: &[(PathBuf, Vec<page::Command>)],
) -> Result<usize> {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (page, commands) in scripts {
        count += commands.len();
        if !commands.is_empty() {
            let told = commands::run(root, programs, commands)?;
            wrong.extend(
                told.into_iter()
                    .map(|told| format!("{}: {told}", page.display())),
            );
        }
    }
    if count == 0 {
        return Err(Error::msg("no page has a command"));
    }
    fail_with(wrong, "commands do not do what their page says")?;
    Ok(count)
}

/// Fails if anything is wrong, and lists it.
fn fail_with(wrong: Vec<String>, what: &str) -> Result<()> {
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Error::msg(format!(
        "{} {what}\n  {}",
        wrong.len(),
        wrong.join("\n  ")
    )))
}
