//! The vault's key, and the place of everything that is sealed with it.

use storm_crypto::{ChainKey, MasterKey, RecordContext};
use storm_domain::{
    Credential, CredentialSummary, GenerationNumber, IntegrationId, RawTokenAnswer, RegistrationId, RevocationId,
    VaultError,
};
use storm_secret::{ClientSecret, SecretBytes};
use uuid::Uuid;

use crate::header::keyring_user;
use crate::{credential, fault, landing, payload};

/// Seals and opens the records of one vault.
pub(crate) struct Seal {
    key: MasterKey,
    pub(crate) chain: ChainKey,
    vault: [u8; 16],
}

impl Seal {
    pub(crate) fn new(key: MasterKey, vault: Uuid) -> Self {
        Self { chain: key.derive_chain_key(), key, vault: vault.into_bytes() }
    }

    pub(crate) fn key(&self) -> &MasterKey {
        &self.key
    }

    pub(crate) fn vault(&self) -> [u8; 16] {
        self.vault
    }

    /// The name of the key's entry in the keyring.
    pub(crate) fn keyring_user(&self) -> String {
        keyring_user(Uuid::from_bytes(self.vault), self.key.id())
    }

    pub(crate) fn credential(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        credential: &Credential,
    ) -> Result<Vec<u8>, VaultError> {
        self.seal("generation", &id.to_string(), "credential", number.0, &credential::encode(credential)?)
    }

    pub(crate) fn open_credential(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        sealed: &[u8],
    ) -> Result<Credential, VaultError> {
        credential::decode(&self.open("generation", &id.to_string(), "credential", number.0, sealed)?)
    }

    /// The summary holds a few characters of a key, so it is sealed too; it outlives the credential.
    pub(crate) fn summary(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        summary: &CredentialSummary,
    ) -> Result<Vec<u8>, VaultError> {
        self.seal("generation", &id.to_string(), "summary", number.0, &payload::encode(summary, &[])?)
    }

    pub(crate) fn open_summary(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        sealed: &[u8],
    ) -> Result<CredentialSummary, VaultError> {
        let opened = self.open("generation", &id.to_string(), "summary", number.0, sealed)?;
        payload::decode::<_, 0>(&opened).map(|(summary, [])| summary)
    }

    /// In use or not, a secret is bound to its number: to change places it need not be opened.
    pub(crate) fn client_secret(
        &self,
        id: RegistrationId,
        number: GenerationNumber,
        secret: &ClientSecret,
    ) -> Result<Vec<u8>, VaultError> {
        // EXPOSE: to be sealed.
        let payload = payload::encode(&(), &[Some(secret.expose().as_bytes())])?;
        self.seal("registration", &id.to_string(), "client_secret", number.0, &payload)
    }

    pub(crate) fn open_client_secret(
        &self,
        id: RegistrationId,
        number: GenerationNumber,
        sealed: &[u8],
    ) -> Result<ClientSecret, VaultError> {
        let opened = self.open("registration", &id.to_string(), "client_secret", number.0, sealed)?;
        let ((), [secret]) = payload::decode(&opened)?;
        payload::text(secret).map(ClientSecret::new)
    }

    pub(crate) fn credential_to_revoke(
        &self,
        id: RevocationId,
        credential: &Credential,
    ) -> Result<Vec<u8>, VaultError> {
        self.seal("pending_revocation", &id.to_string(), "credential", 0, &credential::encode(credential)?)
    }

    pub(crate) fn open_credential_to_revoke(&self, id: RevocationId, sealed: &[u8]) -> Result<Credential, VaultError> {
        credential::decode(&self.open("pending_revocation", &id.to_string(), "credential", 0, sealed)?)
    }

    pub(crate) fn setting(&self, name: &str, payload: &SecretBytes) -> Result<Vec<u8>, VaultError> {
        self.seal("setting", name, "sealed", 0, payload)
    }

    pub(crate) fn open_setting(&self, name: &str, sealed: &[u8]) -> Result<SecretBytes, VaultError> {
        self.open("setting", name, "sealed", 0, sealed)
    }

    pub(crate) fn answer(&self, place: &landing::Place, answer: &RawTokenAnswer) -> Result<Vec<u8>, VaultError> {
        self.seal("landing", &place.record(), "answer", place.fencing, &landing::encode_answer(answer)?)
    }

    pub(crate) fn open_answer(&self, place: &landing::Place, sealed: &[u8]) -> Result<RawTokenAnswer, VaultError> {
        landing::decode_answer(&self.open("landing", &place.record(), "answer", place.fencing, sealed)?)
    }

    /// Seals what lies in this place under another key of the same vault; `None` = it does not open.
    pub(crate) fn reseal(
        &self,
        next: &Self,
        (table, record, field): (&str, &str, &str),
        generation: u64,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, VaultError> {
        match self.open(table, record, field, generation, sealed) {
            Ok(opened) => next.seal(table, record, field, generation, &opened).map(Some),
            Err(_) => Ok(None),
        }
    }

    fn seal(
        &self,
        table: &str,
        record: &str,
        field: &str,
        generation: u64,
        payload: &SecretBytes,
    ) -> Result<Vec<u8>, VaultError> {
        let context = RecordContext { vault: self.vault, table, record, field, generation };
        self.key.seal(&context, payload).map_err(fault::of_seal)
    }

    fn open(
        &self,
        table: &str,
        record: &str,
        field: &str,
        generation: u64,
        sealed: &[u8],
    ) -> Result<SecretBytes, VaultError> {
        let context = RecordContext { vault: self.vault, table, record, field, generation };
        self.key.open(&context, sealed).map_err(fault::of_envelope)
    }
}
