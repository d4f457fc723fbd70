//! The servers that are compared, as processes.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use clap::ValueEnum;
use sio_p2p_bench::Problem;

/// One column of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Column {
    /// Socket.IO 4 on Node and ws.
    Node,
    /// Socket.IO 4 on Bun and its engine.
    Bun,
    /// `p2p-server`.
    Ours,
    /// A relay that does as little as possible.
    Floor,
}

impl Column {
    /// The order in which they take turns, and stand in the tables.
    pub(crate) const ALL: [Self; 4] = [Self::Floor, Self::Ours, Self::Bun, Self::Node];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Node => "Node",
            Self::Bun => "Bun",
            Self::Ours => "ours",
            Self::Floor => "floor",
        }
    }
}

/// How each server is started.
#[derive(Debug)]
pub(crate) struct Programs {
    /// The folder of the scripts for Node and Bun, with their packages.
    pub(crate) scripts: PathBuf,
    pub(crate) ours: PathBuf,
    pub(crate) ours_args: Vec<OsString>,
    pub(crate) floor: PathBuf,
    pub(crate) floor_args: Vec<OsString>,
}

impl Programs {
    /// The program of Bun, which has this name on all systems.
    fn bun(&self) -> PathBuf {
        self.scripts.join("node_modules/bun/bin/bun.exe")
    }

    fn command(&self, column: Column) -> Command {
        let with = |program: &PathBuf, args: &[OsString]| {
            let mut command = Command::new(program);
            command.args(args);
            command
        };
        match column {
            Column::Node => with(&"node".into(), &[self.scripts.join("node.js").into()]),
            Column::Bun => with(&self.bun(), &[self.scripts.join("bun.js").into()]),
            Column::Floor => with(&self.floor, &self.floor_args),
            Column::Ours => {
                let mut command = with(&self.ours, &self.ours_args);
                command.args(["--listen", "127.0.0.1:0", "--log", "warn"]);
                command
            }
        }
    }

    /// Starts a server on a free port.
    pub(crate) fn start(&self, column: Column) -> Result<Server, Problem> {
        let name = column.name();
        let failed = |what: String| Problem::Server(format!("{name}: {what}"));
        let mut child = self
            .command(column)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(format!("cannot start it: {error}")))?;
        let stdout = child.stdout.take();
        // Made before anything can fail, so that the process is ended then.
        let mut server = Server {
            child,
            url: String::new(),
        };
        let mut line = String::new();
        if let Some(stdout) = stdout {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(|error| failed(error.to_string()))?;
        }
        let url = line.trim().strip_prefix("listening on ");
        let url = url.and_then(|url| url.strip_suffix("/socket.io/"));
        let Some(url) = url else {
            return Err(failed(format!("it begins with `{}`", line.trim())));
        };
        url.clone_into(&mut server.url);
        Ok(server)
    }

    /// What is measured on, for the head of the output.
    pub(crate) fn versions(&self, columns: &[Column]) -> Vec<(&'static str, String)> {
        let mut versions = vec![("rustc", version(&"rustc".into()))];
        if columns.contains(&Column::Node) {
            versions.push(("node", version(&"node".into())));
        }
        if columns.contains(&Column::Bun) {
            versions.push(("bun", version(&self.bun())));
        }
        versions
    }
}

/// What a program says when it is asked for its version.
fn version(program: &PathBuf) -> String {
    let output = Command::new(program).arg("--version").output();
    output.map_or_else(
        |_| "not found".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

/// A running server. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself if this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
