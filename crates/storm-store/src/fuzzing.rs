//! The fuzz targets' door to what reads the bytes of a disk, without a vault around it. No part of the interface.

use storm_crypto::MasterKey;
use storm_domain::{Credential, Export, ExportFileError, IntegrationId, RawTokenAnswer, Term, Timestamp, VaultError};
use storm_secret::SecretBytes;
use uuid::Uuid;

use crate::VaultFolder;
use crate::landing::{self, Place, Slots};
use crate::seal::Seal;
use crate::{credential, fault, sealed_export};

/// The landing slots of one vault.
pub struct LandingSlots {
    folder: VaultFolder,
    seal: Seal,
}

/// A slot that says it is filled.
pub struct Filled {
    /// Which one of the file.
    pub slot: usize,
    /// How many bytes its sealed answer has.
    pub length: usize,
    /// What it holds, if that opens.
    pub answer: Option<RawTokenAnswer>,
}

impl LandingSlots {
    /// Makes the folder that they lie in.
    pub fn new(folder: VaultFolder, key: MasterKey, vault: Uuid) -> Result<Self, VaultError> {
        folder.prepare().map_err(|error| fault::of_io(&error))?;
        Ok(Self { folder, seal: Seal::new(key, vault) })
    }

    /// Opens their file as a start of the program does, and everything in it.
    pub fn read(&self) -> Result<Vec<Filled>, VaultError> {
        let (_, found) = landing::read_closed(&self.folder)?;
        let filled = |(slot, place, sealed): landing::Found| Filled {
            slot,
            length: sealed.len(),
            answer: self.seal.open_answer(&place, &sealed).ok(),
        };
        Ok(found.into_iter().map(filled).collect())
    }

    /// Lands an answer in a slot that is free.
    pub fn land(&self, integration: IntegrationId, fencing: u64, answer: &RawTokenAnswer) -> Result<(), VaultError> {
        let place = Place { integration, fencing, generation: None };
        let mut slots = Slots::open(&self.folder)?;
        slots.write(&place, &self.seal.answer(&place, answer)?)?;
        slots.sync()
    }
}

/// Reads a credential as it lies inside its envelope.
pub fn read_credential(payload: &SecretBytes) -> Result<Credential, VaultError> {
    credential::decode(payload)
}

/// Writes what [`read_credential`] reads.
pub fn write_credential(credential: &Credential) -> Result<SecretBytes, VaultError> {
    credential::encode(credential)
}

/// Reads a token answer as it lies inside its envelope.
pub fn read_answer(payload: &SecretBytes) -> Result<RawTokenAnswer, VaultError> {
    landing::decode_answer(payload)
}

/// Writes what [`read_answer`] reads.
pub fn write_answer(answer: &RawTokenAnswer) -> Result<SecretBytes, VaultError> {
    landing::encode_answer(answer)
}

/// Reads what lies inside a sealed export. Its id and its term lie in front of that.
pub fn read_export_content(content: &SecretBytes) -> Result<Export, ExportFileError> {
    sealed_export::decode(Uuid::nil(), Term { made_at: Timestamp(0), ends_at: Timestamp(0) }, content)
}

/// Writes what [`read_export_content`] reads.
pub fn write_export_content(export: &Export) -> Result<SecretBytes, ExportFileError> {
    sealed_export::encode(export)
}
