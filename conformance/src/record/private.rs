//! What may be secret is not recorded.

use crate::attachments::strings;

/// Stands for a value that was left out.
const REDACTED: &str = "redacted";

/// A query without its values, but for the client id, which is a name.
pub(crate) fn redact_query(query: &str, count: &mut usize) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, value)) if key != "clientId" && !value.is_empty() => {
            *count += 1;
            format!("{key}={REDACTED}")
        }
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// An auth payload without its texts.
pub(crate) fn redact_auth(auth: &str, count: &mut usize) -> String {
    strings(auth, &mut |_| {
        *count += 1;
        Some(REDACTED.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_stay() {
        let mut count = 0;
        let query = redact_query("clientId=a&token=s3cret&flag&x=", &mut count);
        assert_eq!(query, "clientId=a&token=redacted&flag&x=");
        let auth = redact_auth(r#"{"token":"s3cret","deep":["x",1]}"#, &mut count);
        assert_eq!(auth, r#"{"token":"redacted","deep":["redacted",1]}"#);
        assert_eq!(count, 3);
    }
}
