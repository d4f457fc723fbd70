//! How the program ends.

use std::{io, process::ExitCode};

use sio_p2p_client::{
    CallError, ConnectError, DisconnectReason, ListenError, SendError, StreamError,
};

use super::output::visible;

/// What a command gives.
pub(crate) type Outcome = Result<(), Exit>;

/// Why a command did not succeed; each has an exit code, which the help lists.
#[derive(Debug)]
pub(crate) enum Exit {
    /// 1: anything that has no code of its own.
    Failed(String),
    /// 2: a mistake on the command line.
    Usage(String),
    /// 3: no connection came about.
    Unreachable(String),
    /// 4: nobody answered in time.
    Timeout(String),
    /// 5: the server or the peer said no.
    Refused(String),
    /// 6: the connection or the stream ended too early.
    Lost(String),
    /// 130: a signal came.
    Interrupted,
}

impl Exit {
    fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
            Self::Timeout(_) => 4,
            Self::Refused(_) => 5,
            Self::Lost(_) => 6,
            Self::Interrupted => 130,
        }
    }

    /// Says why on standard error and gives the code.
    pub(crate) fn report(self) -> ExitCode {
        match &self {
            Self::Failed(why)
            | Self::Usage(why)
            | Self::Unreachable(why)
            | Self::Timeout(why)
            | Self::Refused(why)
            | Self::Lost(why) => eprintln!("p2p: {}", visible(why)),
            Self::Interrupted => {}
        }
        ExitCode::from(self.code())
    }
}

impl From<ConnectError> for Exit {
    fn from(error: ConnectError) -> Self {
        use sio_p2p_client::TransportError::InvalidOptions;
        match &error {
            ConnectError::Name(_)
            | ConnectError::Namespace(_)
            | ConnectError::Transport(InvalidOptions(_)) => Self::Usage(error.to_string()),
            _ => Self::Unreachable(error.to_string()),
        }
    }
}

impl From<SendError> for Exit {
    fn from(error: SendError) -> Self {
        let text = error.to_string();
        match error {
            SendError::Name(_)
            | SendError::Reserved(_)
            | SendError::Args(_)
            | SendError::Unsupported { .. } => Self::Usage(text),
            SendError::Timeout { .. } => Self::Timeout(text),
            SendError::Closed(reason) => reason.into(),
            SendError::Offline | SendError::BufferFull { .. } => Self::Lost(text),
            _ => Self::Failed(text),
        }
    }
}

impl From<ListenError> for Exit {
    fn from(error: ListenError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<CallError> for Exit {
    fn from(error: CallError) -> Self {
        let text = error.to_string();
        match error {
            CallError::Send(error) => error.into(),
            // The original servers say nothing else about a client that is not there.
            CallError::Timeout { hint: Some(_), .. } => Self::Refused(text),
            CallError::Timeout { .. } => Self::Timeout(text),
            CallError::Disconnected(reason) => reason.into(),
            CallError::Refused(_) | CallError::UnknownApi(_) | CallError::ApiNameTaken(_) => {
                Self::Refused(text)
            }
            _ => Self::Failed(text),
        }
    }
}

impl From<StreamError> for Exit {
    fn from(error: StreamError) -> Self {
        Self::Lost(error.to_string())
    }
}

impl From<DisconnectReason> for Exit {
    fn from(reason: DisconnectReason) -> Self {
        let text = reason.to_string();
        match reason {
            DisconnectReason::Server { .. } => Self::Refused(text),
            _ => Self::Lost(text),
        }
    }
}

impl From<io::Error> for Exit {
    fn from(error: io::Error) -> Self {
        // A stream tells its own errors through those of the operating system.
        match StreamError::of(&error) {
            Some(_) => Self::Lost(error.to_string()),
            None => Self::Failed(error.to_string()),
        }
    }
}
