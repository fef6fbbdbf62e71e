//! The names that are looked for in an answer; everything else is passed over.

/// A name with a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    AccessToken,
    RefreshToken,
    IdToken,
    TokenType,
    IssuedTokenType,
    ExpiresIn,
    RefreshExpiresIn,
    Scope,
    Error,
    Description,
    Suberror,
    /// What a service may call its error code when it is not `error`.
    Code,
    /// `ok` or `success`.
    Success,
    /// An object that services wrap their answers in.
    Wrapper,
    /// The next name on the way that the connector gave.
    Path,
}

/// RFC names without their underscores, so that `accessToken` is met too.
const KNOWN: &[(&str, Name)] = &[
    ("refreshtoken", Name::RefreshToken),
    ("accesstoken", Name::AccessToken),
    ("idtoken", Name::IdToken),
    ("tokentype", Name::TokenType),
    ("issuedtokentype", Name::IssuedTokenType),
    ("expiresin", Name::ExpiresIn),
    // GitHub, Google and Microsoft; Keycloak. No RFC has it.
    ("refreshtokenexpiresin", Name::RefreshExpiresIn),
    ("refreshexpiresin", Name::RefreshExpiresIn),
    ("scope", Name::Scope),
    ("scopes", Name::Scope),
    ("error", Name::Error),
    ("errors", Name::Error),
    ("errordescription", Name::Description),
    ("errormessage", Name::Description),
    ("message", Name::Description),
    ("suberror", Name::Suberror),
    ("errorcode", Name::Code),
    ("code", Name::Code),
    ("status", Name::Code),
    ("type", Name::Code),
    ("ok", Name::Success),
    ("success", Name::Success),
    ("data", Name::Wrapper),
    ("result", Name::Wrapper),
    ("response", Name::Wrapper),
    ("token", Name::Wrapper),
    ("tokens", Name::Wrapper),
    ("autheduser", Name::Wrapper),
];

impl Name {
    /// The meaning of `text`; the connector's own name comes first.
    pub(super) fn of(text: &str, path: Option<&str>) -> Option<Self> {
        if path.is_some_and(|path| path == text) {
            return Some(Self::Path);
        }
        KNOWN.iter().find(|(known, _)| same(known, text)).map(|(_, name)| *name)
    }
}

fn same(known: &str, text: &str) -> bool {
    // The length first: it spares most comparisons in an answer with very many names.
    text.len() >= known.len()
        && text.len() <= known.len() + 3
        && text.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase()).eq(known.bytes())
}
