//! Asking for frames: requests, and what a GET is answered.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderName, Method, Request, StatusCode, header, response::Parts};
use http_body_util::Full;

use super::{
    Answer, Ended, MAX_BODY, Polling, Refusal,
    http_client::Failure,
    payload::{Payload, is_octets},
};
use crate::{
    close::CloseReason,
    error::{ConnectError, HttpRefusal, is_html},
    frame::EioVersion,
    handshake::OTHER_GENERATION,
    transports::Transport,
};

/// Fields of the options that would contradict what the HTTP library writes.
const RULED: [HeaderName; 4] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

impl Polling {
    pub(super) fn request(
        &self,
        method: Method,
        content_type: Option<&'static str>,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, ConnectError> {
        let target = match &self.sid {
            None => self.options.target(Transport::Polling),
            Some(sid) => self.options.session_target(Transport::Polling, sid),
        };
        let mut request = Request::builder().method(method).uri(target);
        let fields = self.options.fields(&self.cookies);
        let given = |name: &str| fields.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        for (name, value) in [
            ("host", self.options.authority()),
            ("accept", "*/*".to_owned()),
        ] {
            if !given(name) {
                request = request.header(name, value);
            }
        }
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        for (name, value) in &fields {
            if !RULED
                .iter()
                .any(|ruled| ruled.as_str().eq_ignore_ascii_case(name))
            {
                request = request.header(*name, value);
            }
        }
        request
            .body(Full::new(body))
            .map_err(|error| ConnectError::InvalidOptions(error.to_string()))
    }

    /// Goes on with the GET until the head of a good answer is there.
    pub(super) fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        loop {
            match &mut self.answer {
                Answer::Payload(_) => return Poll::Ready(Ok(())),
                Answer::Refused(refusal) => {
                    // A refusal is worth telling even if its body breaks off.
                    if let Ok(Some(data)) = ready!(self.get.poll_body(context)) {
                        refusal.body.extend_from_slice(&data);
                        if refusal.body.len() <= MAX_BODY {
                            continue;
                        }
                    }
                    let (status, fields) = (&refusal.parts.status, &refusal.parts.headers);
                    refusal.body.truncate(MAX_BODY);
                    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
                    let headers = fields.iter();
                    let told = HttpRefusal {
                        status: status.as_u16(),
                        headers: headers
                            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                            .collect(),
                        body: std::mem::take(&mut refusal.body).into(),
                    };
                    self.get.give_up();
                    self.answer = Answer::None;
                    return Poll::Ready(Err(Ended::Refused(told)));
                }
                Answer::None => {
                    let head = ready!(self.get.poll_head(context)).map_err(Ended::Failed)?;
                    self.answer = self.answered(head).map_err(Ended::Failed)?;
                }
            }
        }
    }

    pub(super) fn answered(&mut self, head: Parts) -> Result<Answer, Failure> {
        self.cookies.take(&head.headers);
        let field = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let content_type = field(header::CONTENT_TYPE).unwrap_or_default().to_owned();
        // A page in the place of a session is no session, whatever its status.
        let is_page = self.sid.is_none() && is_html(&content_type);
        if head.status != StatusCode::OK || is_page {
            let (parts, body) = (Box::new(head), Vec::new());
            return Ok(Answer::Refused(Refusal { parts, body }));
        }
        if let Some(coding) = field(header::CONTENT_ENCODING)
            && !coding.eq_ignore_ascii_case("identity")
        {
            let why = format!("content-encoding {coding} was not asked for");
            return Err(Failure::Closed(CloseReason::Http(why)));
        }
        if self.sid.is_none() && self.options.eio == EioVersion::V4 && is_octets(&content_type) {
            // Only servers of the generation before send that.
            let error = ConnectError::Open(OTHER_GENERATION.to_owned());
            return Err(Failure::Connect(error));
        }
        Ok(Answer::Payload(Payload::new(
            self.options.eio,
            &content_type,
            self.options.max_message_size,
        )))
    }
}
