//! A URL that may be shown: the query's values, the fragment and any user information are masked.

use std::fmt;

use url::Url;

/// Prints scheme, host, port, path and the *names* of query parameters, never their values: a redirect carries the code,
/// an API URL may carry a key. `expose` gives the whole URL to the code that sends it.
#[derive(Clone)]
pub struct DisplaySafeUrl(Url);

impl DisplaySafeUrl {
    /// Wraps a URL.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self(url)
    }

    /// The whole URL, with values. Every call carries an `EXPOSE:` comment that says why.
    #[must_use]
    pub fn expose(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for DisplaySafeUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        shown.set_fragment(None);
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        let names: Vec<String> = self.0.query_pairs().map(|(name, _)| format!("{name}=…")).collect();
        shown.set_query(None);
        if names.is_empty() { write!(formatter, "{shown}") } else { write!(formatter, "{shown}?{}", names.join("&")) }
    }
}

impl fmt::Debug for DisplaySafeUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DisplaySafeUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_user_and_fragment_are_masked() {
        let url = Url::parse("https://me:pw@example.com/cb?code=SECRET&state=S2#frag").unwrap();
        let shown = DisplaySafeUrl::new(url).to_string();
        assert_eq!(shown, "https://example.com/cb?code=…&state=…");
    }
}
