//! What a shell can be made to do wrong.

use crate::relay::ConnectionId;

/// A mistake of the shell itself, for those who test their checks. The shell asks the
/// driver whether to make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misstep {
    /// To go on with a client that has sent what is no packet.
    TolerateGarbage,
    /// To let a client into a namespace that there is not.
    AcceptNamespace,
    /// Not to tell a client that it has joined.
    DropConnect,
    /// Not to notice that a client has left the namespace.
    IgnoreLeave,
    /// To break this connection instead of sending it a disconnect packet.
    Break(ConnectionId),
}
