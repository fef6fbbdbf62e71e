//! Whose a grant is: by the service's own answer to a verification, else by the ID token that came with the grant.
//!
//! INVARIANT: both name an account by the same id, or the ID token is not asked: two ids of one account would look like two
//! accounts.

use storm_domain::{Account, Integration, OAuthGrant, Verdict};

use crate::engine::Engine;

/// The claim by which OpenID Connect tells accounts apart, in a userinfo answer (Core §5.3.2) as in an ID token.
const SUBJECT: &str = "/sub";

impl Engine {
    /// The account that a grant belongs to, as far as the service says.
    pub(crate) fn account_of(&self, row: &Integration, grant: &OAuthGrant, verdict: &Verdict) -> Option<Account> {
        verdict.account().cloned().or_else(|| self.account_by_id_token(row, grant))
    }

    /// The one place where an ID token's claims become an account.
    fn account_by_id_token(&self, row: &Integration, grant: &OAuthGrant) -> Option<Account> {
        let id_token = grant.id_token.as_ref()?;
        let identity = self.verify_request(row).ok()?.map(|request| request.identity);
        let goes_by_subject = identity.is_none_or(|paths| match paths.id.as_deref() {
            Some(path) => path == SUBJECT,
            None => paths.label.is_none(),
        });
        if goes_by_subject { self.parts.provider.account_in(id_token) } else { None }
    }
}
