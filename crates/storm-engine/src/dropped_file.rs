//! Files that a person drops or chooses: what they are, and holding them for a dialog, under their password too.
//!
//! A file is read, and keys are derived from its password, on a thread of their own: that takes up to two seconds.

use storm_connectors::{
    AccessKey, Algorithm, CertificateSummary, Connector, DroppedFile, Holder, KeyMaterial, KeyMaterialError, Shape,
    Validity, group_dropped, read_dropped,
};
use storm_domain::{
    Action, ApiKeyCredential, ErrorCode, Failure, HeldSecretId, Integration, Method, ServiceAccountKey,
};
use storm_secret::Passphrase;

use crate::catalogue::badge;
use crate::engine::{Engine, internal, lock};
use crate::error::{ToFailure as _, file_not_usable};
use crate::held::HeldFile;
use crate::view::{
    CertificateView, FileFact, FileFactKind, FileKey, FilePreview, FileUse, FileView, HeldFileView, KeyFileView,
    UnlockFileRequest, ValidityView,
};

/// What was made of files that were dropped at once.
#[derive(Debug)]
pub struct HeldThing {
    /// What it is.
    pub view: HeldFileView,
    /// The places of its files among those that were handed over.
    pub files: Vec<usize>,
}

/// One file, or several that are one thing, as they were read.
struct Thing {
    places: Vec<usize>,
    files: Vec<HeldFile>,
    read: Result<KeyMaterial, KeyMaterialError>,
}

impl Engine {
    /// Looks at files without keeping them, while they hang over the window.
    ///
    /// # Errors
    /// When the program itself fails; a file that cannot be used says so for itself.
    pub async fn preview_files(&self, files: Vec<HeldFile>) -> Result<Vec<FilePreview>, Failure> {
        let preview = |Thing { files, read, .. }: Thing| match read {
            Ok(material) if material.is_temporary() => {
                FilePreview::Refused { name: first_name(&files), failure: temporary() }
            }
            Ok(material) => FilePreview::Known { file: file_view(&material) },
            Err(KeyMaterialError::PasswordNeeded { shape }) => {
                FilePreview::Locked { name: first_name(&files), shape: shape.title().to_owned() }
            }
            Err(error) => FilePreview::Refused { name: first_name(&files), failure: error.to_failure() },
        };
        Ok(self.read(files).await?.into_iter().map(preview).collect())
    }

    /// Holds files for the dialog. A certificate and its key become one thing, every other file is one by itself, and one that
    /// cannot be used stands in nobody's way.
    ///
    /// # Errors
    /// When the program itself fails.
    pub async fn hold_files(&self, files: Vec<HeldFile>) -> Result<Vec<HeldThing>, Failure> {
        let hold = |Thing { places, files, read }: Thing| {
            let name = first_name(&files);
            let view = match read {
                Ok(material) => match self.hold(material) {
                    Ok(file) => HeldFileView::Known { file },
                    Err(failure) => HeldFileView::Refused { name, failure },
                },
                Err(KeyMaterialError::PasswordNeeded { shape }) => {
                    let id = HeldSecretId(self.parts.entropy.make_uuid());
                    self.held.hold_locked(id, files, self.now());
                    HeldFileView::Locked { id, name, shape: shape.title().to_owned() }
                }
                Err(error) => HeldFileView::Refused { name, failure: error.to_failure() },
            };
            HeldThing { view, files: places }
        };
        Ok(self.read(files).await?.into_iter().map(hold).collect())
    }

    /// Whether what was held under this id is in the vault now.
    pub fn was_saved(&self, id: HeldSecretId) -> bool {
        self.held.was_saved(id)
    }

    /// Opens held files with their password.
    ///
    /// # Errors
    /// [`ErrorCode::FilePasswordRefused`] when it is not the password, or too many others were tried just now.
    pub async fn unlock_files(&self, request: UnlockFileRequest) -> Result<KeyFileView, Failure> {
        let locked = self.held.locked(request.id)?;
        let pause = lock(&locked.tries).pause_left(self.now());
        if let Some(left) = pause {
            let seconds = left.as_secs() + 1;
            return Err(Failure::new(
                ErrorCode::FilePasswordRefused,
                format!("That were too many passwords. Look up the right one, and try again in {seconds} seconds."),
                Some(Action::Retry),
            ));
        }
        let password = Passphrase::from(request.password);
        let (now, opening) = (self.now(), locked.clone());
        let read = tokio::task::spawn_blocking(move || {
            let files: Vec<DroppedFile<'_>> = opening.files.iter().map(HeldFile::as_dropped).collect();
            read_dropped(&files, Some(&password), now)
        });
        match read.await.map_err(|_| internal("The file could not be read."))? {
            Ok(material) => {
                let view = self.hold(material)?;
                self.held.forget(request.id);
                Ok(view)
            }
            Err(error) => {
                if error == KeyMaterialError::WrongPassword {
                    lock(&locked.tries).note_wrong(self.now());
                }
                Err(error.to_failure())
            }
        }
    }

    /// The key of a held file, for an integration of a service that takes it.
    pub(crate) fn held_key(&self, integration: &Integration, file: HeldSecretId) -> Result<ServiceAccountKey, Failure> {
        let material = self.held.material(file)?;
        let connector = self.connector(&integration.connector_id)?;
        let key = material.service_account_key().filter(|_| material.is_for(connector, integration.method));
        let key = key.ok_or_else(|| another_kind(&material, connector))?;
        connector.check_key_file(&integration.fields, &key).map_err(|error| error.to_failure())?;
        Ok(key)
    }

    /// The key to paste of a held file, for a service that takes it; of several the one with this public id.
    pub(crate) fn key_in_file(
        &self,
        connector_id: &str,
        file: HeldSecretId,
        key_id: Option<&str>,
    ) -> Result<ApiKeyCredential, Failure> {
        let material = self.held.material(file)?;
        let connector = self.connector(connector_id)?;
        if !material.is_for(connector, Method::ApiKey) {
            return Err(another_kind(&material, connector));
        }
        material.api_key(key_id).ok_or_else(|| {
            file_not_usable("This file holds several keys. Choose the one that is meant, by its profile and id.")
        })
    }

    async fn read(&self, files: Vec<HeldFile>) -> Result<Vec<Thing>, Failure> {
        let now = self.now();
        let read = tokio::task::spawn_blocking(move || {
            let dropped: Vec<DroppedFile<'_>> = files.iter().map(HeldFile::as_dropped).collect();
            let groups = group_dropped(&dropped);
            let together = |places: &Vec<usize>| places.iter().map(|place| dropped[*place]).collect::<Vec<_>>();
            let reads: Vec<_> = groups.iter().map(|places| read_dropped(&together(places), None, now)).collect();
            let mut files: Vec<_> = files.into_iter().map(Some).collect();
            let things = groups.into_iter().zip(reads).map(|(places, read)| {
                let files = places.iter().filter_map(|place| files[*place].take()).collect();
                Thing { places, files, read }
            });
            things.collect()
        });
        read.await.map_err(|_| internal("The files could not be read."))
    }

    fn hold(&self, material: KeyMaterial) -> Result<KeyFileView, Failure> {
        if material.is_temporary() {
            return Err(temporary());
        }
        let uses: Vec<FileUse> = material
            .takers(self.parts.catalogue)
            .into_iter()
            .map(|(connector, method)| FileUse { connector: badge(connector), method })
            .collect();
        if uses.is_empty() {
            return Err(file_not_usable(format!(
                "This is: {}. It can be read, but no service here takes such a file yet.",
                material.shape.title()
            )));
        }
        let id = HeldSecretId(self.parts.entropy.make_uuid());
        let keys = match &material.lasting_keys()[..] {
            [] | [_] => Vec::new(),
            several => several.iter().map(|key| file_key(key)).collect(),
        };
        let view = KeyFileView { id, file: file_view(&material), uses, keys, fields: material.fields() };
        self.held.hold_material(id, material, self.now());
        Ok(view)
    }
}

fn another_kind(material: &KeyMaterial, connector: &Connector) -> Failure {
    file_not_usable(format!(
        "This is: {}. {} takes another kind of file here. Choose the one that the service let you download.",
        material.shape.title(),
        connector.name
    ))
}

fn temporary() -> Failure {
    file_not_usable(
        "This is a temporary key of AWS, which ends within hours and cannot be kept alive. Drop the key of an IAM user; other tools are then lent temporary ones made of it.",
    )
}

fn first_name(files: &[HeldFile]) -> String {
    let name = files.first().map(|file| file.name.rsplit(['/', '\\']).next().unwrap_or_default());
    name.unwrap_or_default().chars().filter(|c| !c.is_control()).take(120).collect()
}

fn file_view(material: &KeyMaterial) -> FileView {
    let fact = |kind, value: String| FileFact { kind, value };
    let mut facts = Vec::new();
    facts.extend(material.holder.as_ref().map(|holder| {
        let kind = match holder {
            Holder::Email(_) => FileFactKind::Account,
            Holder::AccessKeyId(_) => FileFactKind::AccessKeyId,
            Holder::KeyId(_) => FileFactKind::KeyId,
            Holder::ClientId(_) => FileFactKind::ClientId,
            Holder::App(_) => FileFactKind::App,
            Holder::Subject(_) => FileFactKind::Subject,
            _ => FileFactKind::User,
        };
        fact(kind, holder.name().to_owned())
    }));
    let stands_under =
        if material.shape == Shape::AwsAccessKeyCsv { FileFactKind::User } else { FileFactKind::Profile };
    match &material.lasting_keys()[..] {
        [] => {}
        [only] => {
            // A file of several may hold one that lasts.
            if material.holder.is_none() {
                facts.push(fact(FileFactKind::AccessKeyId, only.id.clone()));
            }
            facts.extend(only.profile.clone().map(|profile| fact(stands_under, profile)));
        }
        several => {
            let names: Vec<&str> = several.iter().map(|key| key.profile.as_deref().unwrap_or(&key.id)).collect();
            facts.push(fact(stands_under, names.join(", ").chars().take(200).collect()));
        }
    }
    let key = material.service_account_key();
    if let Some(account) = key.as_ref().and_then(|key| key.account.clone()) {
        facts.extend(account.project_id.map(|project| fact(FileFactKind::Project, project)));
        facts.extend(key.and_then(|key| key.key_id).map(|id| fact(FileFactKind::KeyId, id)));
    }
    facts.extend(material.algorithm.map(|algorithm: Algorithm| fact(FileFactKind::Algorithm, algorithm.to_string())));
    facts.extend(material.key_fingerprint.map(|print| fact(FileFactKind::Fingerprint, print.base64())));
    let authority = material.cluster.as_ref().and_then(|cluster| cluster.authority.clone());
    facts.extend(authority.map(|authority| fact(FileFactKind::Authority, authority)));
    FileView {
        name: material.file_name.clone(),
        shape: material.shape.title().to_owned(),
        facts,
        certificate: material.certificate.as_ref().map(certificate_view),
    }
}

fn file_key(key: &AccessKey) -> FileKey {
    FileKey { key_id: key.id.clone(), profile: key.profile.clone().unwrap_or_default() }
}

fn certificate_view(certificate: &CertificateSummary) -> CertificateView {
    CertificateView {
        begins: certificate.begins,
        ends: certificate.ends,
        validity: match certificate.validity {
            Validity::NotYet => ValidityView::NotYet,
            Validity::Current => ValidityView::Current,
            Validity::EndsSoon => ValidityView::EndsSoon,
            Validity::Ended => ValidityView::Ended,
        },
    }
}
