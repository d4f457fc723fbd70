//! Counts what `cargo test` did, from its own lines.
//!
//! An exit code says that nothing failed, not that anything ran: a test file whose
//! contents are configured away passes as well as a full one.

/// Sums over all test binaries of one `cargo test`.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
    /// The test binary or doctest whose lines are being read.
    current: Option<String>,
    /// Files below `tests/` that ran no test.
    empty: Vec<String>,
}

impl Tally {
    /// Takes the next line of output.
    pub(crate) fn read(&mut self, line: &str) {
        let line = line.trim();
        if let Some(source) = line
            .strip_prefix("Running ")
            .and_then(|rest| rest.split(" (").next())
        {
            self.current = Some(source.to_owned());
        } else if line.starts_with("Doc-tests ") {
            self.current = None;
        } else if line == "running 0 tests" {
            // A library or binary without unit tests is ordinary; a file that is
            // there only to hold tests is not.
            let holder = self.current.take();
            self.empty
                .extend(holder.filter(|source| source.starts_with("tests/")));
        } else if let Some(result) = line.strip_prefix("test result: ") {
            for part in result.split(['.', ';']) {
                let mut words = part.split_whitespace();
                let (Some(count), Some(what)) = (words.next(), words.next()) else {
                    continue;
                };
                let Ok(count) = count.parse::<u64>() else {
                    continue;
                };
                match what {
                    "passed" => self.passed += count,
                    "failed" => self.failed += count,
                    "ignored" => self.ignored += count,
                    _ => {}
                }
            }
        }
    }

    /// What was counted, or why it does not count as a pass.
    pub(crate) fn verdict(&self) -> Result<String, String> {
        let Self {
            passed,
            failed,
            ignored,
            ..
        } = self;
        if *failed > 0 {
            Err(format!("{failed} tests failed, {passed} passed"))
        } else if *passed == 0 {
            Err("no test ran".to_owned())
        } else if *ignored > 0 {
            Err(format!("{ignored} tests are ignored, {passed} passed"))
        } else if !self.empty.is_empty() {
            Err(format!("no test ran in {}", self.empty.join(", ")))
        } else {
            Ok(format!("{passed} tests passed"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(output: &str) -> Tally {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read(line));
        tally
    }

    const GOOD: &str = "
     Running unittests src/lib.rs (target/debug/deps/a-0123)

running 2 tests
test one ... ok
test two ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running unittests src/main.rs (target/debug/deps/b-0123)

running 0 tests

test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/wire.rs (target/debug/deps/wire-0123)

running 1 test
test three ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests a

running 0 tests

test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    #[test]
    fn sums_all_binaries() {
        assert_eq!(tally(GOOD).verdict(), Ok("3 tests passed".to_owned()));
    }

    #[test]
    fn nothing_run_is_no_pass() {
        assert_eq!(tally("").verdict(), Err("no test ran".to_owned()));
    }

    #[test]
    fn failures_and_ignored_tests_are_no_pass() {
        let failed = "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured";
        assert_eq!(
            tally(failed).verdict(),
            Err("1 tests failed, 3 passed".to_owned())
        );
        let ignored = "test result: ok. 3 passed; 0 failed; 2 ignored; 0 measured";
        assert_eq!(
            tally(ignored).verdict(),
            Err("2 tests are ignored, 3 passed".to_owned())
        );
    }

    #[test]
    fn an_empty_test_file_is_no_pass() {
        let emptied = GOOD.replace("running 1 test\n", "running 0 tests\n");
        assert_eq!(
            tally(&emptied).verdict(),
            Err("no test ran in tests/wire.rs".to_owned())
        );
    }
}
