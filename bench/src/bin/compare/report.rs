//! The tables: what was measured, and whether targets hold.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sio_p2p_bench::loads::{Figures, Memory};

use super::{
    Options, Outcomes,
    rows::{Outcome, Row},
    servers::{Column, Programs},
    spread::Spread,
};

/// The rows that give processor time and messages per second.
const LOADS: [Row; 6] = [
    Row::Plain,
    Row::Acked,
    Row::One,
    Row::Large,
    Row::Room,
    Row::Room8,
];

/// A figure of one outcome, if it has it.
type Figure = fn(&Outcome) -> Option<f64>;

/// The machine, versions, and what is about to be run.
pub(crate) fn head(
    programs: &Programs,
    columns: &[Column],
    rounds: usize,
    options: &Options,
) -> String {
    let mut text = String::new();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let model = std::fs::read_to_string("/proc/cpuinfo").ok();
    let model = model.as_deref().and_then(|info| {
        let line = info.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim())
    });
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{rounds} rounds on {cores} cores ({}), loader included",
        model.unwrap_or("unknown")
    );
    for (program, version) in programs.versions(columns) {
        let _ = writeln!(text, "{program}: {version}");
    }
    let shown = |args: &[std::ffi::OsString]| {
        let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
        if args.is_empty() {
            "(none)".to_owned()
        } else {
            args.join(" ")
        }
    };
    let _ = writeln!(text, "arguments, ours: {}", shown(&options.server_arg));
    let _ = writeln!(text, "arguments, floor: {}", shown(&options.floor_arg));
    if options.quick {
        text += "quick: these figures say nothing about speed\n";
    }
    text
}

/// Everything, ratios first.
pub(crate) fn tables(outcomes: &Outcomes, columns: &[Column]) -> String {
    let mut text = ratios(outcomes);
    text += &others(outcomes);
    let mut table = |title: &str, lines: &[(String, Row, Figure)]| {
        let lines: Vec<_> = lines
            .iter()
            .filter(|(_, row, _)| columns.iter().any(|column| has(outcomes, *row, *column)))
            .collect();
        if lines.is_empty() {
            return;
        }
        let _ = write!(text, "\n{title:<20}");
        for column in columns {
            let _ = write!(text, " {:>14}", column.name());
        }
        text.push('\n');
        for (label, row, figure) in lines {
            let _ = write!(text, "{label:<20}");
            for column in columns {
                let spread = Spread::of(&values(outcomes, *row, *column, *figure));
                let cell = spread.map_or_else(|| "-".to_owned(), |spread| spread.to_string());
                let _ = write!(text, " {cell:>14}");
            }
            text.push('\n');
        }
    };
    let loads = |figure: Figure| LOADS.map(|row| (row.title().to_owned(), row, figure));
    table("CPU us per message", &loads(cost));
    table("messages per second", &loads(rate));
    let line = |label: &str, row: Row, figure: Figure| (label.to_owned(), row, figure);
    table(
        "latency in us",
        &[
            line("window 1, p50", Row::One, p50),
            line("window 1, p99", Row::One, p99),
            line("half of Bun, p50", Row::Half, p50),
            line("half of Bun, p99", Row::Half, p99),
        ],
    );
    table(
        "CPU us, plain",
        &[
            line("beside none idle", Row::Beside, |outcome| {
                beside(outcome, 0)
            }),
            line("beside some idle", Row::Beside, |outcome| {
                beside(outcome, 1)
            }),
            line("beside many idle", Row::Beside, |outcome| {
                beside(outcome, 2)
            }),
        ],
    );
    table(
        "memory",
        &[
            line("KiB for each of some", Row::Memory, |outcome| {
                each(outcome, 0)
            }),
            line("KiB for each of many", Row::Memory, |outcome| {
                each(outcome, 1)
            }),
            line("MiB at the start", Row::Memory, |outcome| {
                Some(mib(memory(outcome)?.start))
            }),
            line("MiB with many", Row::Memory, |outcome| {
                Some(mib(memory(outcome)?.steps.last()?.1))
            }),
            line("MiB after they left", Row::Memory, |outcome| {
                Some(mib(memory(outcome)?.end))
            }),
        ],
    );
    text += "\nA cell is the median, then the least and the most of all rounds. In a room a\n\
             message is one delivery. \"Some\" and \"many\" are 1,000 and 10,000 clients.\n";
    text
}

/// Ours to the floor, and Bun to ours.
fn ratios(outcomes: &Outcomes) -> String {
    let mut text = format!(
        "\n{:<22} {:>14} {:>6} {:<5} {:>14} {:>5} holds\n",
        "ratio of CPU", "ours/floor", "target", "holds", "Bun/ours", "target"
    );
    for row in LOADS {
        let floor = ratio(
            outcomes,
            (row, Column::Ours, cost),
            (row, Column::Floor, cost),
        );
        let bun = ratio(
            outcomes,
            (row, Column::Bun, cost),
            (row, Column::Ours, cost),
        );
        if floor.is_none() && bun.is_none() {
            continue;
        }
        let (most, least) = row.targets();
        let [floor_cell, bun_cell] = [&floor, &bun].map(|spread| {
            spread
                .as_ref()
                .map_or_else(|| "-".to_owned(), ToString::to_string)
        });
        let at_most = most.map_or_else(String::new, |most| format!("<={most}"));
        let at_least = least.map_or_else(String::new, |least| format!(">={least}"));
        let _ = writeln!(
            text,
            "{:<22} {floor_cell:>14} {at_most:>6} {:<5} {bun_cell:>14} {at_least:>5} {}",
            row.title(),
            holds(floor.zip(most).map(|(spread, most)| spread.median <= most)),
            holds(bun.zip(least).map(|(spread, least)| spread.median >= least)),
        );
    }
    text
}

/// The targets that are not ratios to the floor or to Bun's processor time.
fn others(outcomes: &Outcomes) -> String {
    let ours = |row, figure: Figure| (row, Column::Ours, figure);
    let bun = |row, figure: Figure| (row, Column::Bun, figure);
    let alone = |figure: Figure| Spread::of(&values(outcomes, Row::Memory, Column::Ours, figure));
    let between = |over, under| ratio(outcomes, over, under);
    let floor = |row, figure: Figure| (row, Column::Floor, figure);
    let lines: [(&str, Option<Spread>, Option<f64>); 14] = [
        (
            "acked to plain, ours",
            between(ours(Row::Acked, cost), ours(Row::Plain, cost)),
            Some(2.2),
        ),
        (
            "beside 1,000 idle to alone, ours",
            between(
                ours(Row::Beside, |outcome| beside(outcome, 1)),
                ours(Row::Beside, |outcome| beside(outcome, 0)),
            ),
            Some(1.05),
        ),
        (
            "beside 10,000 idle to alone, ours",
            between(
                ours(Row::Beside, |outcome| beside(outcome, 2)),
                ours(Row::Beside, |outcome| beside(outcome, 0)),
            ),
            Some(1.05),
        ),
        (
            "p50 at window 1, ours/Bun",
            between(ours(Row::One, p50), bun(Row::One, p50)),
            Some(0.5),
        ),
        (
            "p50 at window 1, floor/Bun",
            between(floor(Row::One, p50), bun(Row::One, p50)),
            None,
        ),
        (
            "p99 at window 1, ours/Bun",
            between(ours(Row::One, p99), bun(Row::One, p99)),
            Some(0.5),
        ),
        (
            "p99 at window 1, floor/Bun",
            between(floor(Row::One, p99), bun(Row::One, p99)),
            None,
        ),
        (
            "p50 at half of Bun's most, ours/Bun",
            between(ours(Row::Half, p50), bun(Row::Half, p50)),
            Some(0.5),
        ),
        (
            "p50 at half of Bun's most, floor/Bun",
            between(floor(Row::Half, p50), bun(Row::Half, p50)),
            None,
        ),
        (
            "p99 at half of Bun's most, ours/Bun",
            between(ours(Row::Half, p99), bun(Row::Half, p99)),
            Some(0.5),
        ),
        (
            "p99 at half of Bun's most, floor/Bun",
            between(floor(Row::Half, p99), bun(Row::Half, p99)),
            None,
        ),
        (
            "KiB for each of 1,000 idle clients, ours",
            alone(|outcome| each(outcome, 0)),
            Some(8.0),
        ),
        (
            "KiB for each of 10,000 idle clients, ours",
            alone(|outcome| each(outcome, 1)),
            Some(8.0),
        ),
        (
            "memory after they left to the start, ours",
            alone(|outcome| Some(memory(outcome)?.left())),
            Some(1.05),
        ),
    ];
    let mut text = String::new();
    for (label, spread, most) in lines {
        if let Some(spread) = spread {
            let answer = holds(most.map(|most| spread.median <= most));
            let cell = spread.to_string();
            let target = most.map_or_else(String::new, |most| format!("<={most}"));
            let _ = writeln!(text, "{label:<45} {cell:>16} {target:>7} {answer}");
        }
    }
    text
}

fn holds(answer: Option<bool>) -> &'static str {
    match answer {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "",
    }
}

fn has(outcomes: &Outcomes, row: Row, column: Column) -> bool {
    outcomes.contains_key(&(row, column))
}

fn values(outcomes: &Outcomes, row: Row, column: Column, figure: Figure) -> Vec<f64> {
    let rounds = outcomes.get(&(row, column)).map_or(&[][..], Vec::as_slice);
    rounds.iter().filter_map(figure).collect()
}

/// How two figures of the same rounds relate.
fn ratio(
    outcomes: &Outcomes,
    over: (Row, Column, Figure),
    under: (Row, Column, Figure),
) -> Option<Spread> {
    let over = values(outcomes, over.0, over.1, over.2);
    let under = values(outcomes, under.0, under.1, under.2);
    let ratios: Vec<f64> = over
        .iter()
        .zip(&under)
        .map(|(over, under)| over / under)
        .collect();
    Spread::of(&ratios)
}

/// What Bun managed so far in [`Row::Plain`], in messages per second.
pub(crate) fn bun_rate(outcomes: &Outcomes) -> Option<f64> {
    Spread::of(&values(outcomes, Row::Plain, Column::Bun, rate)).map(|spread| spread.median)
}

fn load(outcome: &Outcome) -> Option<&Figures> {
    match outcome {
        Outcome::Load(figures) => Some(figures),
        _ => None,
    }
}

fn cost(outcome: &Outcome) -> Option<f64> {
    load(outcome)?.cost()
}

fn rate(outcome: &Outcome) -> Option<f64> {
    load(outcome).map(Figures::rate)
}

fn p50(outcome: &Outcome) -> Option<f64> {
    load(outcome)?.latency(50)
}

fn p99(outcome: &Outcome) -> Option<f64> {
    load(outcome)?.latency(99)
}

fn beside(outcome: &Outcome, step: usize) -> Option<f64> {
    match outcome {
        Outcome::Beside(figures) => figures.get(step)?.cost(),
        _ => None,
    }
}

fn memory(outcome: &Outcome) -> Option<&Memory> {
    match outcome {
        Outcome::Memory(memory) => Some(memory),
        _ => None,
    }
}

// A computer with more than 2^52 KiB is not known.
#[allow(clippy::cast_precision_loss)]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn each(outcome: &Outcome, step: usize) -> Option<f64> {
    memory(outcome)?.each(step)
}

/// Every figure of every round.
pub(crate) fn json(outcomes: &Outcomes) -> Value {
    let load = |figures: &Figures| {
        json!({
            "messages": figures.messages,
            "seconds": figures.seconds,
            "processor_seconds": figures.processor,
            "us_per_message": figures.cost(),
            "messages_per_second": figures.rate(),
            "p50_us": figures.latency(50),
            "p99_us": figures.latency(99),
        })
    };
    let one = |outcome: &Outcome| match outcome {
        Outcome::Load(figures) => load(figures),
        Outcome::Beside(figures) => figures.iter().map(load).collect(),
        Outcome::Memory(memory) => json!({
            "start_kib": memory.start,
            "steps": memory.steps,
            "end_kib": memory.end,
        }),
    };
    let lines = outcomes.iter().map(|((row, column), rounds)| {
        let rounds: Vec<Value> = rounds.iter().map(one).collect();
        json!({"row": row.name(), "server": column.name(), "rounds": rounds})
    });
    lines.collect()
}
