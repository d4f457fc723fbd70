//! The client library, for pages that load it from the server they talk to.
//!
//! Socket.IO servers bring their client along. This one does not, but can hand out
//! the files of a folder, such as `client-dist` of the npm package `socket.io`. They
//! are read once, at the start: what is not there is told then, a request never waits
//! for a disk, and no path of a request ever reaches the file system.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Response, StatusCode};

/// How the names begin.
const STEM: &str = "socket.io";
/// What may follow: the kind, whether it is small, and the ending.
const KINDS: [&str; 5] = ["", ".esm", ".msgpack", ".slim", ".dev"];
const SIZES: [&str; 2] = ["", ".min"];
const ENDINGS: [&str; 2] = [".js", ".js.map"];

/// What is said where no folder is named.
const NOT_SERVED: &str =
    "The client library is not served here; the setting engine.client_files can name its folder.\n";
/// What is said for a file that the folder does not have.
const NOT_THERE: &str = "The folder of the client library has no such file.\n";

/// The files of the client library that are handed out.
#[derive(Clone, Default)]
pub(crate) struct ClientFiles {
    /// By name; `None` if no folder is named.
    files: Option<Arc<BTreeMap<String, File>>>,
}

/// A file in memory.
struct File {
    content: Bytes,
    etag: HeaderValue,
}

/// Why the client library cannot be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilesError {
    #[error("names {}, which is no folder", .0.display())]
    NoFolder(PathBuf),
    #[error("names {}, which holds no socket.io.js or other build of the client", .0.display())]
    Nothing(PathBuf),
    #[error("names {}, which cannot be read: {source}", file.display())]
    Unreadable { file: PathBuf, source: io::Error },
}

impl fmt::Debug for ClientFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.files.iter().flat_map(|files| files.keys());
        f.debug_set().entries(names).finish()
    }
}

impl ClientFiles {
    /// Reads what a folder has of the client library.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, FilesError> {
        let Some(folder) = folder else {
            return Ok(Self::default());
        };
        if !folder.is_dir() {
            return Err(FilesError::NoFolder(folder.to_owned()));
        }
        let mut files = BTreeMap::new();
        for name in names() {
            let file = folder.join(&name);
            match std::fs::read(&file) {
                Ok(content) => drop(files.insert(name, File::new(content))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(FilesError::Unreadable { file, source }),
            }
        }
        if files.is_empty() {
            return Err(FilesError::Nothing(folder.to_owned()));
        }
        Ok(Self {
            files: Some(Arc::new(files)),
        })
    }

    /// The answer to a request for a file of the client library; `None` if it is a
    /// request for something else. `below` is the path behind the server's own.
    pub(crate) fn answer(&self, head: &Parts, below: &str) -> Option<Response<Bytes>> {
        let name = below.strip_prefix('/')?;
        if !matches!(head.method, Method::GET | Method::HEAD) || !is_name(name) {
            return None;
        }
        // Whoever asks for the head alone gets no body from the HTTP server.
        Some(match &self.files {
            None => missing(NOT_SERVED),
            Some(files) => match files.get(name) {
                None => missing(NOT_THERE),
                Some(file) => file.answer(name, &head.headers),
            },
        })
    }
}

impl File {
    fn new(content: Vec<u8>) -> Self {
        // The content makes the tag, so servers with the same files agree on it.
        let mut hasher = DefaultHasher::new();
        hasher.write(&content);
        let etag = format!("\"{:016x}\"", hasher.finish());
        Self {
            content: content.into(),
            etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
        }
    }

    fn answer(&self, name: &str, request: &HeaderMap) -> Response<Bytes> {
        let kind = if name
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ending == "map")
        {
            "application/json; charset=utf-8"
        } else {
            "application/javascript; charset=utf-8"
        };
        let known = self.is_known(request);
        let content = if known {
            Bytes::new()
        } else {
            self.content.clone()
        };
        let mut answer = Response::new(content);
        if known {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = answer.headers_mut();
        headers.insert(ETAG, self.etag.clone());
        // A browser asks each time whether there is a new one.
        let revalidate = HeaderValue::from_static("public, max-age=0");
        headers.insert(CACHE_CONTROL, revalidate);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        answer
    }

    /// Whether the client has this very content already.
    fn is_known(&self, request: &HeaderMap) -> bool {
        let tags = request.get_all(IF_NONE_MATCH).iter();
        let mut tags = tags
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim);
        tags.any(|tag| tag == "*" || self.etag == tag.strip_prefix("W/").unwrap_or(tag))
    }
}

/// Every name that a file of the client library may have.
fn names() -> impl Iterator<Item = String> {
    KINDS.into_iter().flat_map(|kind| {
        SIZES
            .into_iter()
            .flat_map(move |size| ENDINGS.map(|ending| format!("{STEM}{kind}{size}{ending}")))
    })
}

/// Whether this is one of [`names`].
fn is_name(name: &str) -> bool {
    name.starts_with(STEM) && names().any(|known| known == name)
}

/// A 404 with a sentence.
fn missing(sentence: &'static str) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from_static(sentence.as_bytes()));
    *answer.status_mut() = StatusCode::NOT_FOUND;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, text);
    answer
}

#[cfg(test)]
mod tests;
