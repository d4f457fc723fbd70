//! What a process has spent, from `/proc`.

use std::{fs, time::Duration};

use crate::Problem;

/// Linux counts time in hundredths of a second for readers of `/proc`.
const TICKS_PER_SECOND: u64 = 100;

/// Processor time of all threads of a process so far, user and system.
pub fn processor_time(pid: u32) -> Result<Duration, Problem> {
    let path = format!("/proc/{pid}/stat");
    let ticks = fs::read_to_string(&path).ok().and_then(|stat| ticks(&stat));
    let ticks = ticks.ok_or(Problem::Proc(path))?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// User and system time in a line of `/proc/PID/stat`.
///
/// The name of the program stands in parentheses and may hold anything, so fields are
/// counted from the last one.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

/// Resident memory of a process in KiB.
pub fn resident(pid: u32) -> Result<u64, Problem> {
    let path = format!("/proc/{pid}/status");
    let kib = fs::read_to_string(&path).ok().and_then(|status| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse().ok()
    });
    kib.ok_or(Problem::Proc(path))
}

/// Raises the bound on open files as far as this process may; those it starts inherit it.
/// Gives the bound that holds now, if there is one.
pub fn raise_open_files() -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        // If it fails, opening connections will say so.
        let _ = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: maximum,
                maximum,
            },
        );
        getrlimit(Resource::Nofile).current
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_found_behind_any_name() {
        let stat = "7 (a) b (c) R 1 2 3 4 5 6 7 8 9 10 250 30 0 0 20 0 1";
        assert_eq!(ticks(stat), Some(280));
        assert_eq!(ticks("7 (a) R 1 2"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_memory() {
        assert!(resident(std::process::id()).unwrap() > 100);
        assert!(processor_time(std::process::id()).is_ok());
        assert!(matches!(resident(u32::MAX), Err(Problem::Proc(_))));
    }
}
