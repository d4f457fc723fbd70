//! The driver as this process sees it.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

/// The variable that makes this program the driver.
pub(crate) const ACT: &str = "SIO_P2P_DRIVER_KIT_ACT";

pub(crate) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a driver and hears its hello.
    pub(crate) fn start() -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .env(ACT, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut process = Self {
            child,
            input,
            output,
        };
        let hello = json!({
            "driver": "test", "version": "1", "protocol": 1, "dialects": ["v2"], "eio": [4],
            "transports": ["websocket", "polling", "upgrade"], "can": ["stream"],
        });
        assert_eq!(process.said(), hello);
        process
    }

    pub(crate) fn tell(&mut self, line: &Value) {
        self.tell_text(&format!("{line}\n"));
    }

    pub(crate) fn tell_all(&mut self, lines: &[Value]) {
        let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        self.tell_text(&format!("{}\n", lines.join("\n")));
    }

    pub(crate) fn tell_text(&mut self, text: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(text.as_bytes()).unwrap();
    }

    /// Ends its standard input.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    /// The next line.
    pub(crate) fn said(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// All that it says until it ends.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        rest
    }

    /// The code with which it ends by itself, and its last words.
    pub(crate) fn ended(&mut self) -> (Option<i32>, String) {
        let mut words = String::new();
        let mut errors = self.child.stderr.take().unwrap();
        errors.read_to_string(&mut words).unwrap();
        let code = self.child.wait().unwrap().code();
        (code, words)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
