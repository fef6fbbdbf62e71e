#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod catalogue;
mod choice;
mod connector;
mod field;
mod foreign_key;
mod guidance;
mod key_file;
mod key_material;
mod key_shape;
mod known_cause;
mod method;
mod mint;
mod paste;
mod resolve;
mod rotation;
mod session;
mod source;
mod template;

pub use catalogue::Catalogue;
pub use connector::{Category, Connector, EntryError};
pub use field::{FieldError, FieldKind, FieldProblem, FieldSpec, Pattern};
pub use guidance::when_to_use;
pub use key_file::{KeyFile, KeyFileError, OpenFileError, open_dropped_file, open_found_file, read_key_file};
pub use key_material::{
    AccessKey, Algorithm, CertificateSummary, Cluster, DroppedFile, Fingerprint, Holder, KeyMaterial, KeyMaterialError,
    MaterialSecret, PasswordTries, Shape, Validity, group_dropped, read_dropped, read_key_material,
};
pub use key_shape::{Checksum, KeyKind, KeyShape};
pub use known_cause::KnownCause;
pub use method::{ApiKeySetup, KeyIdSpec, MethodSpec, OAuthSetup, ServiceAccountSetup, Setup};
pub use paste::{
    KeyOwner, PasteHint, PasteProblem, PasteReport, Wrapping, check_key_id, check_pasted_key, connector_of_pasted_key,
    owner_of_key,
};
pub use resolve::{Discovery, Pages, ResolveError};
pub use rotation::{RevokeBy, RotationSpec};
pub use source::{Source, Standing};
pub use template::{TemplateError, UrlRefused, check_url, is_loopback};
