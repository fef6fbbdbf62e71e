//! What the window is shown and what it may ask. INVARIANT: no type in here can hold a secret on its way out; a typed key
//! comes in through [`KeyInput`] and becomes a secret type while it is deserialized.

mod activity;
mod authorization;
mod connector;
mod discovery;
mod dropped_file;
mod export;
mod finding;
mod health;
mod host;
mod import;
mod integration;
mod key_input;
mod network;
mod notice;
mod qr;
mod storage_test;

pub use activity::{ActivityFilter, ActivityPage, ActivityQuery, ExportFormat, LogCheckView};
pub use authorization::{
    AccountAnswer, AuthorizationProgress, AuthorizationTarget, AuthorizationView, BeginAuthorizationRequest,
    NewSecretRequest, PasteRedirectRequest, RegisterClientRequest, RegistrationView, SaveRegistrationRequest,
    UndecidedAccountView,
};
pub use connector::{ConnectorBadge, ConnectorPage, ConnectorView, FieldView, KeyIdView, MethodView, OAuthSetupView};
pub use discovery::{DiscoveryView, EndpointPurpose, EndpointView};
pub use dropped_file::{
    CertificateView, FileFact, FileFactKind, FileKey, FilePreview, FileUse, FileView, HeldFileView, KeyFileView,
    UnlockFileRequest, ValidityView,
};
pub use export::{
    ArrivalView, Carries, ExportCandidateView, ExportRequest, ExportedFileView, OpenExportRequest, OpenedExportView,
    Presence, RestoreOutcome, RestoreRequest, RestoredView, SealedExportView, SignIns,
};
pub use finding::{ExaminationSubject, FindingView};
pub use health::{ForecastView, HealthCounts, HealthView, LapseView, NextRefreshView, RefreshOutcome, RefreshView};
pub use host::{HostView, KeyProblem, PassphraseRequest, ProtectionView, RecoveryCodeRequest, VaultView, WayOut};
pub use import::{
    ImportCopyPlace, ImportCopyView, ImportFileView, ImportItemRequest, ImportItemView, ImportLeftView, ImportView,
    ImportedView,
};
pub use integration::{
    AddApiKeyRequest, AddServiceAccountRequest, Capabilities, DisconnectedView, IntegrationDetailView, IntegrationView,
    LastUseView, LendingView, OutstandingView, PendingRevocationView, ReplacementView, RevocationView, RevokeMode,
    RotationView, SavedView, SetReplacementRequest, StatusView,
};
pub use key_input::{CheckKeyRequest, HeldKeyView, KeyInput, TypedKeyView, TypedSecret};
pub use network::{
    AuthorityView, CheckOutcome, ChooseProxyRequest, NetworkCheck, NetworkCheckView, NetworkSettingsView, ProxyView,
    ReachView,
};
pub use notice::{BackupView, VaultNotice};
pub use qr::QrView;
pub use storage_test::{StorageCheck, StorageCheckView, StorageOutcome, StorageRemark, StorageTestView};
