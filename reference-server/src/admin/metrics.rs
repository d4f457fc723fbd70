//! The figures of a server in the text format of `OpenMetrics`.

use std::sync::Arc;

use super::readiness::Readiness;

/// The content type of what [`render`] writes.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Where the pages get what they tell.
#[derive(Debug)]
pub(crate) struct Sources {
    /// Whether clients should be sent here.
    pub(crate) readiness: Arc<Readiness>,
}

/// Writes all figures.
#[expect(clippy::unnecessary_wraps, reason = "the figures follow")]
pub(super) fn render(_sources: &Sources) -> Result<String, std::fmt::Error> {
    Ok("# EOF\n".to_owned())
}
