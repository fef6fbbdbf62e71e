//! One connected integration, its token endpoint about to misbehave, and what must hold afterwards.

use std::sync::Arc;
use std::time::Duration;

use storm_auth::{Deadlines, HttpProvider, OsEntropy};
use storm_connectors::Catalogue;
use storm_domain::port::{Clock as _, Vault as _};
use storm_domain::{
    ActivityKind, Credential, Delivery, ErrorCode, Failure, GenerationNumber, IntegrationId, LeaseOwner, Timestamp,
    TransientKind, Trouble,
};
use storm_engine::view::StatusView;
use storm_engine::{Engine, EngineParts, LentSecret};
use storm_sandbox::{JournalEntry, JournalQuery, Step};

use crate::rig::Rig;

/// What the vault holds of a grant.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub number: GenerationNumber,
    pub refresh_token: String,
    pub access_token: Option<String>,
    pub expires_at: Option<Timestamp>,
}

/// What a person is told of a refresh that failed for now.
pub struct Kept {
    pub message: String,
    pub pause: Duration,
}

pub struct Scene {
    pub rig: Rig,
    pub id: IntegrationId,
}

impl Scene {
    /// Connected, lendable, and with the refresher running.
    pub async fn set() -> Self {
        let mut rig = Rig::start().await;
        rig.run().await;
        let id = rig.connect().await;
        rig.engine.set_lending(id, true).await.unwrap();
        Self { rig, id }
    }

    pub async fn stored(&self) -> Stored {
        let active = self.rig.vault.active_generation(self.id).await.unwrap().unwrap();
        let Credential::OAuthGrant(grant) = active.credential else { panic!("not a grant") };
        Stored {
            number: active.number,
            // EXPOSE: compared in a test.
            refresh_token: grant.refresh_token.unwrap().expose().to_owned(),
            // EXPOSE: compared in a test.
            access_token: grant.access_token.map(|token| token.expose().to_owned()),
            expires_at: grant.expires_at,
        }
    }

    pub async fn status(&self) -> StatusView {
        self.rig.page(self.id).await.integration.status
    }

    /// What another program is lent now.
    pub async fn lent(&self) -> Result<String, Failure> {
        let name = self.rig.page(self.id).await.integration.name;
        match self.rig.engine.lend(&name, "test", None).await?.secret {
            // EXPOSE: compared in a test.
            LentSecret::AccessToken(token) => Ok(token.expose().to_owned()),
            other => panic!("{other:?}"),
        }
    }

    /// The refreshes that the service has seen.
    pub fn refreshes(&self) -> Vec<JournalEntry> {
        let query = JournalQuery { path: Some("/oauth/token".into()), ..JournalQuery::default() };
        let seen = self.rig.sandbox.control().requests(&query);
        seen.into_iter().filter(|entry| entry.grant_type.as_deref() == Some("refresh_token")).collect()
    }

    /// Refreshes once while the token endpoint behaves like this.
    pub async fn refresh_under(&self, step: Step) -> Result<(), Failure> {
        self.rig.next_token_answer(step);
        self.rig.engine.refresh_integration(self.id).await
    }

    /// The answer to the next refresh is this text, with tokens that work in it.
    pub async fn refresh_answered(&self, body: &str) -> Result<(), Failure> {
        self.refresh_under(Step { apply_first: true, body: Some(body.into()), ..Step::default() }).await
    }

    /// Refreshes under `step`: everything stored stays as it is, the present access token is still lent, nobody is asked, and
    /// it is known whether the service can have acted.
    pub async fn ensure_kept(&self, step: Step, delivery: Delivery, kind: TransientKind) -> Kept {
        self.rig.next_token_answer(step);
        self.ensure_refresh_fails(delivery, &[kind]).await
    }

    /// As [`Self::ensure_kept`], where the trouble is not in an answer. Any of `kinds` will do.
    pub async fn ensure_refresh_fails(&self, delivery: Delivery, kinds: &[TransientKind]) -> Kept {
        let before = self.stored().await;
        let failure = self.rig.engine.refresh_integration(self.id).await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::ServiceUnreachable, "{failure:?}");
        assert!(failure.message.contains("Nothing was lost; it is tried again by itself."), "{failure:?}");
        self.ensure_unchanged(&before, &failure).await;
        let StatusView::Retrying { trouble: Trouble::Service { kind }, until } = self.status().await else {
            panic!("{:?}", self.status().await);
        };
        assert!(kinds.contains(&kind), "{kind:?}");
        let open = self.rig.vault.open_intents().await.unwrap();
        assert_eq!(open.len(), usize::from(delivery == Delivery::Ambiguous), "{delivery:?}: {open:?}");
        let pause = until.since(self.rig.clock.now());
        assert!((Duration::from_secs(5)..=Duration::from_secs(3600)).contains(&pause), "{pause:?}");
        Kept { message: failure.message, pause }
    }

    /// Nothing of what is stored has changed, what was lent is still lent, and no secret is in what is said.
    pub async fn ensure_unchanged(&self, before: &Stored, failure: &Failure) {
        assert_eq!(self.stored().await, *before);
        assert_eq!(self.lent().await.ok(), before.access_token);
        let said = format!("{failure:?} {:?}", self.rig.engine.activity(Some(self.id), 5).await.unwrap());
        let secrets = [Some(&before.refresh_token), before.access_token.as_ref()];
        assert!(secrets.into_iter().flatten().all(|secret| !said.contains(secret)), "{said}");
    }

    /// Time passes, and it is tried again without anybody asking, with success.
    pub async fn ensure_mends_by_itself(&self) {
        let StatusView::Retrying { until, .. } = self.status().await else { panic!("{:?}", self.status().await) };
        self.rig.clock.sleepers(1).await;
        self.rig.clock.advance(until.since(self.rig.clock.now()) + Duration::from_secs(120));
        self.rig.page_when(self.id, |page| page.integration.status == StatusView::Connected).await;
        self.ensure_refreshes().await;
    }

    /// A plain refresh works, which it can only with the newest refresh token.
    pub async fn ensure_refreshes(&self) {
        let before = self.stored().await;
        self.rig.engine.refresh_integration(self.id).await.unwrap();
        let after = self.stored().await;
        assert!(after.number > before.number && after.access_token.is_some(), "{after:?}");
        assert_eq!(self.status().await, StatusView::Connected);
    }

    /// What the log says was odd about answers.
    pub async fn oddities(&self) -> String {
        let log = self.rig.engine.activity(Some(self.id), 50).await.unwrap();
        let odd = log.into_iter().filter_map(|entry| match entry.what {
            ActivityKind::OddAnswer { what } => Some(what),
            _ => None,
        });
        odd.collect::<Vec<_>>().join("; ")
    }

    /// From now on its service is at `base_url`.
    pub async fn move_service_to(&self, base_url: &str) {
        let mut row = self.rig.vault.integration(self.id).await.unwrap();
        row.fields.insert("base_url".into(), base_url.into());
        self.rig.vault.update_integration(row).await.unwrap();
    }

    /// Another engine on the same vault, as another process is, which trusts `authorities` too.
    pub fn another_engine(&self, authorities: &[Vec<u8>]) -> Arc<Engine> {
        let clock = Arc::new(self.rig.clock.clone());
        let deadlines = Deadlines { token: Duration::from_secs(4), ..Deadlines::default() };
        let provider = HttpProvider::trusting(clock.clone(), Arc::new(OsEntropy), deadlines, authorities);
        let provider = Arc::new(provider.unwrap());
        Engine::new(EngineParts {
            vault: self.rig.vault.clone(),
            network: provider.clone(),
            provider,
            browser: self.rig.browser.clone(),
            clock,
            entropy: Arc::new(OsEntropy),
            events: self.rig.events.clone(),
            catalogue: Catalogue::embedded().unwrap(),
            owner: LeaseOwner { process: uuid::Uuid::new_v4().to_string(), boot: "test".into() },
        })
    }
}
