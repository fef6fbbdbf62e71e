//! PEM (RFC 7468) as people paste it: with text before the keys, and with line ends that an input field has swallowed.

use zeroize::Zeroizing;

const DASHES: &str = "-----";

/// One labelled part, in lines again.
pub(crate) struct Section {
    /// Such as `PRIVATE KEY`.
    pub(crate) label: String,
    /// From its BEGIN to its END line.
    pub(crate) pem: Zeroizing<String>,
}

/// Whether a secret is meant as PEM rather than as a password.
pub(crate) fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN ")
}

/// All whole sections; what is cut off or not PEM at all is passed over.
pub(crate) fn sections(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut parts = text.split(DASHES);
    while let Some(part) = parts.next() {
        let Some(label) = part.strip_prefix("BEGIN ") else { continue };
        let (Some(body), Some(end)) = (parts.next(), parts.next()) else { break };
        if end.strip_prefix("END ") == Some(label) {
            sections.push(Section { label: label.to_owned(), pem: in_lines(label, body) });
        }
    }
    sections
}

fn in_lines(label: &str, body: &str) -> Zeroizing<String> {
    let mut pem = Zeroizing::new(String::with_capacity(body.len() + 2 * (label.len() + 18)));
    for piece in [DASHES, "BEGIN ", label, DASHES, "\n"] {
        pem.push_str(piece);
    }
    for line in body.split_whitespace() {
        pem.push_str(line);
        pem.push('\n');
    }
    for piece in [DASHES, "END ", label, DASHES, "\n"] {
        pem.push_str(piece);
    }
    pem
}

/// The word after `name:` in the text before the first section (RFC 7468 §5.2 calls it explanatory).
pub(crate) fn note<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let before = text.split(DASHES).next()?;
    let mut words = before.split_whitespace().skip_while(|word| word.strip_suffix(':') != Some(name));
    words.nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_come_back_in_lines_however_they_were_pasted() {
        let pem = "-----BEGIN A KEY-----\nQUJD\nREVG\n-----END A KEY-----\n";
        let crlf = pem.replace('\n', "\r\n");
        let spaces = pem.replace('\n', " ");
        for pasted in [pem, &crlf, &spaces, &format!("kid: k1\nalg: PS256\n{pem}{pem}")] {
            let found = sections(pasted);
            assert_eq!((found[0].label.as_str(), found[0].pem.as_str()), ("A KEY", pem), "{pasted}");
        }
        assert_eq!(sections(&pem.replace('\n', ""))[0].pem.as_str(), pem.replace("QUJD\nREVG", "QUJDREVG"));
        for broken in ["", "-----BEGIN A KEY-----\nQUJD", "-----BEGIN A-----\nQUJD\n-----END B-----", "----------"] {
            assert!(sections(broken).is_empty(), "{broken}");
        }
    }

    #[test]
    fn notes_stand_before_the_first_section_only() {
        let text = "kid: k-1\nalg: PS256\n-----BEGIN A-----\nother: x\n-----END A-----\nlater: y";
        assert_eq!(note(text, "kid"), Some("k-1"));
        assert_eq!(note(text, "alg"), Some("PS256"));
        assert_eq!(note(&text.replace('\n', " "), "kid"), Some("k-1"));
        assert_eq!((note(text, "other"), note(text, "later"), note("kid:", "kid")), (None, None, None));
    }
}
