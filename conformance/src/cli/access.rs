//! The options by which a server is reached that wants more than an address.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};
use sio_p2p_transport::{Proxy, Tls};

use super::failure::{Failure, OrFail as _};
use crate::access::Access;
use crate::exit::Exit;
use crate::files;

/// How the server is reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct AccessArgs {
    /// The auth payload, a JSON object (Engine.IO 4)
    #[arg(long, value_name = "JSON", conflicts_with = "token")]
    pub auth: Option<String>,
    /// A token: member `token` of the auth payload, in Engine.IO 3 of the query
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    #[command(flatten)]
    pub http: HttpArgs,
}

/// How a proxy reaches the server: what clients say is passed on as it is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct HttpArgs {
    /// A header field for the HTTP requests, may repeat
    #[arg(long, value_name = "NAME: VALUE")]
    pub header: Vec<String>,
    /// The path of the HTTP requests [default: /socket.io/, below the path of the URL]
    #[arg(long, value_name = "PATH")]
    pub path: Option<String>,
    /// Trust the certificates of a PEM file, too
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Trust whatever certificate the server has: for tests only
    #[arg(long, conflicts_with = "ca")]
    pub insecure: bool,
    /// Connect through a proxy: http, socks5 or socks5h; `env` for what the environment says
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
}

impl AccessArgs {
    /// What the options say.
    pub(super) fn access(&self) -> Result<Access, Failure> {
        if let Some(auth) = &self.auth {
            let object: Result<Map<String, Value>, _> = serde_json::from_str(auth);
            object.map_err(|error| Failure::usage(format!("--auth is no JSON object: {error}")))?;
        }
        Ok(Access {
            auth: self.auth.clone(),
            token: self.token.clone(),
            ..self.http.access()?
        })
    }
}

impl HttpArgs {
    /// What the options say.
    pub(super) fn access(&self) -> Result<Access, Failure> {
        let mut access = Access {
            path: self.path.clone(),
            ..Access::default()
        };
        for header in &self.header {
            let Some((name, value)) = header.split_once(':') else {
                let why = format!("--header '{header}' is not of the form 'name: value'");
                return Err(Failure::usage(why));
            };
            let field = (name.trim().to_owned(), value.trim().to_owned());
            access.headers.push(field);
        }
        if let Some(path) = &self.ca {
            let name = path.display();
            let pem = files::read_bytes(path);
            let pem = pem.or_fail(Exit::Usage, format_args!("cannot read {name}"))?;
            access.tls = Some(Tls::new().ca_pem(&pem).or_fail(Exit::Usage, name)?);
        } else if self.insecure {
            access.tls = Some(Tls::new().trust_anybody());
        }
        access.proxy = match self.proxy.as_deref() {
            None => None,
            Some("env") => Some(Proxy::from_env()),
            Some(url) => Some(Proxy::new(url).map_err(Failure::usage)?),
        };
        Ok(access)
    }
}
