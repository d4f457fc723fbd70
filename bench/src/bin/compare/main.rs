//! `compare`: the relay beside a floor and two servers of npm, in turns, and the tables.

mod report;
mod rows;
mod servers;
mod spread;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum as _};
use rows::{Outcome, Row, Scale};
use servers::{Column, Programs};
use sio_p2p_bench::{Problem, process};

/// What each server did in each round.
pub(crate) type Outcomes = BTreeMap<(Row, Column), Vec<Outcome>>;

/// What Bun managed, if it is not measured in the same run.
const BUN_PER_SECOND: f64 = 30_000.0;

/// Measures the relay beside a floor and the servers of npm.
#[derive(Debug, Parser)]
struct Options {
    /// How many rounds. In each, the servers take turns row by row.
    #[arg(long, default_value_t = 5, value_name = "NUMBER")]
    rounds: usize,
    /// In how many of them the rows with 10,000 clients take part, which take longest.
    #[arg(long, default_value_t = 2, value_name = "NUMBER")]
    idle_rounds: usize,
    /// Only this row; may be given several times.
    #[arg(long, value_name = "ROW")]
    only: Vec<Row>,
    /// Only this server; may be given several times.
    #[arg(long, value_name = "SERVER")]
    column: Vec<Column>,
    /// Short phases and few clients: whether it works, not what it costs.
    #[arg(long)]
    quick: bool,
    /// Also write every figure of every round to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The program `p2p-server`; by default that beside this program.
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// One more argument for it, as in `--server-arg=--set --server-arg=queue.packets=100`.
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    server_arg: Vec<OsString>,
    /// One more argument for the floor, as in `--floor-arg=--threads=2`.
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    floor_arg: Vec<OsString>,
    /// The folder with the scripts for Node and Bun.
    #[arg(long, default_value = "bench/servers", value_name = "FOLDER")]
    scripts: PathBuf,
}

impl Options {
    fn scale(&self) -> Scale {
        let milliseconds = Duration::from_millis;
        if self.quick {
            return Scale {
                warm_up: milliseconds(100),
                time: milliseconds(300),
                members: 50,
                idle: [100, 1_000],
                settle: milliseconds(300),
                leave: milliseconds(300),
            };
        }
        Scale {
            warm_up: milliseconds(500),
            time: milliseconds(2_500),
            members: 500,
            idle: [1_000, 10_000],
            settle: milliseconds(1_000),
            // Allocators give back what was not needed for ten seconds, and not all at once.
            leave: milliseconds(20_000),
        }
    }

    fn programs(&self) -> Result<Programs, Problem> {
        let me = std::env::current_exe().map_err(Problem::io("find this program"))?;
        let beside = |name: &str| me.with_file_name(name.to_owned() + std::env::consts::EXE_SUFFIX);
        let ours = self.server.clone();
        Ok(Programs {
            scripts: self.scripts.clone(),
            ours: ours.unwrap_or_else(|| beside("p2p-server")),
            ours_args: self.server_arg.clone(),
            floor: beside("floor"),
            floor_args: self.floor_arg.clone(),
        })
    }

    fn run(&self) -> Result<(), Problem> {
        process::raise_open_files();
        let start = Instant::now();
        let programs = self.programs()?;
        let chosen = |row: &Row| self.only.is_empty() || self.only.contains(row);
        let rows = Row::value_variants().iter().copied().filter(chosen);
        let rows: Vec<Row> = rows.collect();
        let chosen = |column: &Column| self.column.is_empty() || self.column.contains(column);
        let columns: Vec<Column> = Column::ALL.into_iter().filter(chosen).collect();
        let scale = self.scale();
        let rounds = if self.quick { 1 } else { self.rounds };

        print!("{}", report::head(&programs, &columns, rounds, self));
        let mut outcomes = Outcomes::new();
        for round in 0..rounds {
            for &row in &rows {
                if matches!(row, Row::Beside | Row::Memory) && round >= self.idle_rounds {
                    continue;
                }
                for &column in &columns {
                    eprint!(
                        "\rround {}: {}, {:<10}",
                        round + 1,
                        row.title(),
                        column.name()
                    );
                    let rate = report::bun_rate(&outcomes).unwrap_or(BUN_PER_SECOND) / 2.0;
                    let server = programs.start(column)?;
                    let mut scale = scale.clone();
                    if matches!(column, Column::Node | Column::Bun) {
                        // Their compilers take a while until they have seen enough.
                        scale.warm_up *= 3;
                    }
                    let outcome = row.run(&server, &scale, rate)?;
                    outcomes.entry((row, column)).or_default().push(outcome);
                }
            }
        }
        eprint!("\r{:60}\r", "");
        print!("{}", report::tables(&outcomes, &columns));
        println!("\n{:.0} s in all", start.elapsed().as_secs_f64());
        if let Some(file) = &self.json {
            let text = report::json(&outcomes).to_string();
            fs::write(file, text).map_err(Problem::io("write the figures"))?;
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    match Options::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
