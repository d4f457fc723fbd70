//! The origins of web pages, and the patterns that name them.

use std::collections::HashSet;

use hyper::HeaderMap;
use hyper::header::{HOST, HeaderValue, ORIGIN};
use url::{Host, Url};

/// What stands before the host of a pattern for subdomains.
const ANY_SUBDOMAIN: &str = "*.";

/// The origins that are let in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origins {
    /// Everybody is.
    all: bool,
    /// Those that are named, as browsers write them.
    named: HashSet<String>,
    /// Those whose subdomains are.
    domains: Vec<Domain>,
}

/// All subdomains of a host, with one scheme and one port.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Domain {
    /// The scheme with `://`.
    scheme: String,
    /// A dot, the host, and the port unless the scheme implies it.
    ending: String,
}

/// An entry of `cors.origins` that no page can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is `{found}`, {fault}")]
pub struct OriginError {
    /// The place in the list, counted from 0.
    pub index: usize,
    /// The entry.
    pub found: String,
    /// Why it never matches.
    pub fault: OriginFault,
}

/// Why an entry of `cors.origins` never matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginFault {
    /// It is no `*`, no `null`, and has no scheme.
    #[error(
        "which has no scheme; expected `*`, `null`, or scheme, host and port alone, such as \
         `https://app.example.org` or `capacitor://localhost`"
    )]
    NoScheme,
    /// The scheme is that of a connection.
    #[error(
        "which is the address of a WebSocket; expected the page's own origin, which begins with \
         `https://` or `http://`"
    )]
    WebSocket,
    /// There is more than an origin has.
    #[error("which is more than scheme, host and port; expected no path, not even a last slash")]
    Surplus,
    /// A `*` that stands for nothing.
    #[error(
        "whose `*` cannot match; expected it alone, or with a dot before a domain, as in \
         `https://*.example.org`"
    )]
    Star,
    /// There is no host, or the host or the port cannot be.
    #[error("which has no possible host and port; expected such as `https://app.example.org:8443`")]
    Host,
}

impl Origins {
    /// Reads the patterns of the settings. The first that can never match is the error.
    pub(crate) fn new(patterns: &[String]) -> Result<Self, OriginError> {
        let mut origins = Self::default();
        let fault = origins.take(patterns).next();
        fault.map_or(Ok(origins), Err)
    }

    /// Every pattern of the settings that can never match.
    pub(crate) fn faults(patterns: &[String]) -> Vec<OriginError> {
        Self::default().take(patterns).collect()
    }

    /// Takes the patterns in, and gives those that it cannot.
    fn take(&mut self, patterns: &[String]) -> impl Iterator<Item = OriginError> {
        let patterns = patterns.iter().enumerate();
        patterns.filter_map(|(index, text)| {
            let fault = self.add(text).err()?;
            let found = text.clone();
            Some(OriginError {
                index,
                found,
                fault,
            })
        })
    }

    fn add(&mut self, text: &str) -> Result<(), OriginFault> {
        match text {
            "*" => self.all = true,
            // What browsers say for sandboxed frames and, most of them, for files.
            "null" => drop(self.named.insert(text.to_owned())),
            _ => {
                let (scheme, rest) = text.split_once("://").ok_or(OriginFault::NoScheme)?;
                let scheme = scheme.to_ascii_lowercase();
                check_scheme(&scheme)?;
                let domain = rest.strip_prefix(ANY_SUBDOMAIN);
                let authority = authority(&scheme, domain.unwrap_or(rest), domain.is_some())?;
                if domain.is_some() {
                    self.domains.push(Domain {
                        scheme: format!("{scheme}://"),
                        ending: format!(".{authority}"),
                    });
                } else {
                    self.named.insert(format!("{scheme}://{authority}"));
                }
            }
        }
        Ok(())
    }

    /// Whether a request with these headers may be served. One that does not come
    /// from a page, or comes from a page of this very server, always may.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else {
            return true;
        };
        self.allows(origin) || same_origin(origin, headers)
    }

    /// Whether pages of this origin may connect from elsewhere.
    pub(crate) fn allows(&self, origin: &HeaderValue) -> bool {
        if self.all {
            return true;
        }
        origin.to_str().is_ok_and(|origin| {
            self.named.contains(origin) || self.domains.iter().any(|domain| domain.covers(origin))
        })
    }
}

impl Domain {
    /// Whether an origin is a subdomain, however deep. The domain itself is none.
    fn covers(&self, origin: &str) -> bool {
        let below = origin.strip_prefix(&*self.scheme);
        let below = below.and_then(|authority| authority.strip_suffix(&*self.ending));
        below.is_some_and(|labels| {
            // Nothing that could be the end of another authority.
            !labels.is_empty() && labels.bytes().all(is_in_name)
        })
    }
}

/// Refuses what is no scheme, and the schemes that no page has.
fn check_scheme(scheme: &str) -> Result<(), OriginFault> {
    let mut bytes = scheme.bytes();
    let well_formed = bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    match scheme {
        "ws" | "wss" => Err(OriginFault::WebSocket),
        _ if well_formed => Ok(()),
        _ => Err(OriginFault::NoScheme),
    }
}

/// Host and port as browsers write them. Behind a `*.` only a domain makes sense.
fn authority(scheme: &str, text: &str, wild: bool) -> Result<String, OriginFault> {
    if text.contains(['/', '?', '#', '@', '\\']) {
        return Err(OriginFault::Surplus);
    }
    if text.contains('*') {
        return Err(OriginFault::Star);
    }
    if text.is_empty() {
        // Pages from files have no host.
        return match scheme {
            "file" if !wild => Ok(String::new()),
            _ if wild => Err(OriginFault::Star),
            _ => Err(OriginFault::Host),
        };
    }
    match scheme {
        "http" | "https" => of_the_web(scheme, text, wild),
        "file" => Err(OriginFault::Host),
        _ => of_an_application(text),
    }
}

/// Host and port of a web server: names in other alphabets are written in ASCII, and
/// the port that the scheme implies is left out.
fn of_the_web(scheme: &str, text: &str, wild: bool) -> Result<String, OriginFault> {
    // The parser would drop white space.
    let printable = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
    let url = Url::parse(&format!("{scheme}://{text}"));
    let url = url.ok().filter(|_| printable).ok_or(OriginFault::Host)?;
    match url.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) if wild => return Err(OriginFault::Star),
        Some(_) => {}
        None => return Err(OriginFault::Host),
    }
    let host = url.host_str().unwrap_or_default();
    Ok(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// What an application calls itself, such as `localhost` or the id of an extension.
fn of_an_application(text: &str) -> Result<String, OriginFault> {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let named = !host.is_empty() && host.bytes().all(is_in_name);
    if named && port.is_none_or(|port| port.parse::<u16>().is_ok()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(OriginFault::Host)
    }
}

/// Whether a byte may be part of a host's name.
fn is_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)
}

/// True if the page comes from the host that it talks to. The scheme is not
/// compared: behind a proxy we do not know our own.
fn same_origin(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    origin
        .split_once("://")
        .is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests;
