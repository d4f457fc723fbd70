//! The texts by which failures travel, as something to compare with and to recognise.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sio_p2p_protocol::{Dialect, FailureCode};

/// The code of a failure of the protocol; `target-missing` for an unknown target in
/// `SERVER_ERROR`, `add-target-refused` or `stream-refused` for one in the ack of an add or a
/// stream request, whatever the dialect calls it; or several codes, of which those of the
/// actor's dialect count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a failure code or an array of them")]
pub enum FailureCodes {
    /// One code.
    One(String),
    /// Several codes.
    Several(Vec<String>),
}

impl FailureCodes {
    /// The codes.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(code) => std::slice::from_ref(code),
            Self::Several(codes) => codes,
        }
    }
}

/// Every wording of these failures in a dialect: the parts between what varies. `who` fills
/// the first gap, which is the client that the failure is about.
pub(crate) fn wordings(
    codes: &[String],
    dialect: Dialect,
    who: Option<&str>,
) -> Result<Vec<Vec<String>>, String> {
    let mut wordings = Vec::new();
    for code in codes.iter().flat_map(|code| meant(code)) {
        let code: FailureCode = code.parse().map_err(|error| format!("{error}"))?;
        let spec = code.spec();
        if !spec.dialects.contains(&dialect) {
            continue;
        }
        for text in spec.texts.iter().chain(&spec.bare) {
            wordings.push(parts(text, who));
        }
    }
    if wordings.is_empty() {
        return Err(format!(
            "none of the failures {} exists in {dialect}",
            codes.join(", ")
        ));
    }
    Ok(wordings)
}

/// The codes that a name of a scenario means: three of them are the same situation in either
/// dialect, all others mean themselves.
pub(crate) fn meant(name: &str) -> Vec<&str> {
    match name {
        "target-missing" => vec!["target-not-found", "message-target-not-connected"],
        "add-target-refused" => vec!["target-not-registered", "add-target-not-connected"],
        "stream-refused" => vec!["target-not-registered", "stream-target-not-connected"],
        code => vec![code],
    }
}

fn parts(template: &str, who: Option<&str>) -> Vec<String> {
    let mut parts: Vec<String> = template.split("{}").map(str::to_owned).collect();
    if let (Some(who), true) = (who, parts.len() > 1) {
        let second = parts.remove(1);
        parts[0].push_str(who);
        parts[0].push_str(&second);
    }
    parts
}

/// Whether both are wordings of one failure about the same things: versions of the original
/// differ in whether they name the API.
pub(crate) fn same_failure(one: &str, other: &str) -> bool {
    FailureCode::ALL.iter().any(|code| {
        let found = told(*code, one);
        found.is_some() && found == told(*code, other)
    })
}

/// The failures of a dialect whose text this can be, and what the first gap holds.
pub(crate) fn failures(text: &str, dialect: Dialect) -> (Vec<FailureCode>, Option<String>) {
    let mut about = None;
    let mut codes = FailureCode::ALL.to_vec();
    codes.retain(|code| {
        let found = told(*code, text).filter(|_| code.spec().dialects.contains(&dialect));
        let fits = found.is_some();
        if let Some(found) = found {
            about = found.into_iter().next();
        }
        fits
    });
    (codes, about)
}

/// What stands in the gaps, if a text is a wording of this failure.
fn told(code: FailureCode, text: &str) -> Option<Vec<String>> {
    let spec = code.spec();
    let mut wordings = spec.texts.iter().chain(&spec.bare);
    wordings.find_map(|wording| gaps(wording, text))
}

/// What stands in the gaps of a wording.
fn gaps(wording: &str, text: &str) -> Option<Vec<String>> {
    let mut parts = wording.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    for part in parts {
        let end = match part {
            "" => rest.len(),
            part => rest.find(part)?,
        };
        found.push(rest.get(..end)?.to_owned());
        rest = rest.get(end + part.len()..)?;
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_other_dialects_do_not_count() {
        let codes = [
            "target-not-found".to_owned(),
            "message-target-not-connected".to_owned(),
        ];
        let v1 = wordings(&codes, Dialect::V1, Some("zz")).unwrap();
        assert_eq!(v1, [["Error: Could not find target client 'zz' socket"]]);
        let v2 = wordings(&codes, Dialect::V2, None).unwrap();
        assert_eq!(
            v2,
            [
                ["Error: Core: Client ", " is not connected to server"],
                ["Error: Client ", " is not connected to server"],
            ]
        );
        assert!(wordings(&codes[..1], Dialect::V2, None).is_err());
        assert!(wordings(&["no-such".to_owned()], Dialect::V2, None).is_err());
    }
}
