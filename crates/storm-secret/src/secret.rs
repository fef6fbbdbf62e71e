//! The secret newtypes: one for each kind of secret, so that a refresh token cannot stand where an access token should.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Declares a redacted, zeroizing text secret. `Clone` is given only where the secret is used more than once.
macro_rules! text_secret {
    ($(#[$doc:meta])* $name:ident $(, $derive:ident)?) => {
        $(#[$doc])*
        $(#[derive($derive)])?
        pub struct $name(SecretString);

        impl $name {
            /// Takes ownership of the text; the buffer is wiped when the value is dropped.
            pub fn new(text: impl Into<String>) -> Self {
                Self(SecretString::from(text.into()))
            }

            /// Borrows the secret. Every call carries an `EXPOSE:` comment that says why.
            #[must_use]
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }

            /// Length in bytes; it is not secret for tokens, and helps to word an error.
            #[must_use]
            pub fn len(&self) -> usize {
                self.0.expose_secret().len()
            }

            /// Whether the text is empty.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    };
}

text_secret!(/** A long-lived key that a service issued for pasting. */ ApiKey, Clone);
text_secret!(/** RFC 6749 §1.4: what an API request is authorized with. */ AccessToken, Clone);
text_secret!(/** RFC 6749 §1.5: what new access tokens are obtained with. */ RefreshToken, Clone);
text_secret!(/** OpenID Connect Core §2: who signed in. Holds personal data, so it is treated as a secret. */ IdToken, Clone);
text_secret!(/** RFC 6749 §2.3.1: the password of an app registration. */ ClientSecret, Clone);
text_secret!(/** A private key in PEM (PKCS#8 or PKCS#1). */ PrivateKey, Clone);
text_secret!(/** RFC 6749 §1.3.1: taken from the redirect, used once. */ AuthorizationCode);
text_secret!(/** RFC 8628 §3.2: what a program without a browser polls with. */ DeviceCode);
text_secret!(/** The address a browser ended on, pasted by the user: it holds a code and a `state`. */ PastedRedirect);
text_secret!(/** RFC 7636 §4.1: used once, with the code it belongs to. */ CodeVerifier);
text_secret!(/** RFC 6749 §10.12: the `state` parameter, one for each attempt. */ CsrfState);
text_secret!(/** OpenID Connect Core §3.1.2.1: ties an ID token to the request that asked for it. */ Nonce);
text_secret!(/** RFC 7521 §3: a signed statement exchanged for an access token. */ Assertion);
text_secret!(/** What the user is known by at a network proxy (RFC 9110 §11.7). */ ProxyPassword, Clone);
text_secret!(/** What unlocks a vault that has no OS keyring. */ Passphrase);
text_secret!(/** What was printed once, to open a vault whose key is lost. */ RecoveryCode);

/// Secret bytes without a type of their own: a token answer as it came, a record before sealing.
#[derive(Clone)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes ownership of the bytes; the buffer is wiped when the value is dropped.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// Borrows the bytes. Every call carries an `EXPOSE:` comment that says why.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretBytes({} bytes, redacted)", self.0.len())
    }
}

/// Gives a one-time value its comparison, in constant time, so that nobody can guess it byte by byte.
macro_rules! compared_once {
    ($name:ident) => {
        impl $name {
            /// Compares in constant time.
            #[must_use]
            pub fn matches(&self, candidate: &str) -> bool {
                use subtle::ConstantTimeEq as _;
                // EXPOSE: the comparison itself.
                bool::from(self.expose().as_bytes().ct_eq(candidate.as_bytes()))
            }
        }
    };
}

compared_once!(CsrfState);
compared_once!(Nonce);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_secret() {
        assert_eq!(format!("{:?}", ApiKey::new("sk-12345")), "ApiKey(redacted)");
        assert_eq!(format!("{:?}", SecretBytes::new(*b"12345")), "SecretBytes(5 bytes, redacted)");
    }

    #[test]
    fn csrf_state_matches_only_itself() {
        let state = CsrfState::new("abc");
        assert!(state.matches("abc"));
        assert!(!state.matches("abd"));
        assert!(!state.matches("ab"));
        assert!(!state.matches(""));
    }
}
