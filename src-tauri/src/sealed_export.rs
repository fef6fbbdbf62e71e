//! Sealed exports as files: written where the user chose, recognised when they are dropped, opened with their passphrase.
//!
//! Sealing and opening take a second and 256 MiB, so they have a thread of their own.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Local};
use storm_domain::{Action, ErrorCode, Export, ExportFileError, Failure, Timestamp};
use storm_engine::view::{
    ExportRequest, ExportedFileView, FilePreview, HeldFileView, OpenExportRequest, OpenedExportView, SealedExportView,
};
use storm_engine::{Engine, ExportPlan, HeldFile};
use storm_secret::Passphrase;
use storm_store::PassphraseCost;

use crate::saved_file::SavedFile;
use crate::shell::Shell;

/// What is to be written, checked before a place for it is asked for.
pub(crate) struct Wish {
    plan: ExportPlan,
    passphrase: Passphrase,
}

impl Wish {
    pub(crate) fn of(request: ExportRequest) -> Result<Self, Failure> {
        let passphrase = Passphrase::from(request.passphrase);
        storm_store::check_passphrase(&passphrase).map_err(failure_of)?;
        let plan = ExportPlan { ids: request.ids, sign_ins: request.sign_ins, days: request.days };
        Ok(Self { plan, passphrase })
    }
}

/// Gathers, seals and writes. The engine takes back what it has done when the file does not come about.
pub(crate) async fn write(
    engine: &Engine,
    Wish { plan, passphrase }: Wish,
    place: PathBuf,
) -> Result<ExportedFileView, Failure> {
    let write = async |export: Export| {
        let moved = export.integrations.iter().filter(|one| one.moves_sign_in()).count();
        let (integrations, ends_at) = (export.integrations.len(), export.term.ends_at);
        let sealing = tokio::task::spawn_blocking(move || {
            let sealed = storm_store::seal_export(&export, &passphrase, PassphraseCost::STANDARD);
            let mut file = SavedFile::begin(place)?;
            file.write(&sealed.map_err(failure_of)?)?;
            file.finish()
        });
        let file = sealing.await.unwrap_or_else(|_| Err(failure_of(ExportFileError::Resources)))?;
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(ExportedFileView { file, integrations: count(integrations), moved: count(moved), ends_at })
    };
    engine.export(plan, write).await
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a file that was dropped or chosen is an export of any version.
pub(crate) fn is_one(file: &HeldFile) -> bool {
    // EXPOSE: sealed; only its first bytes are looked at.
    storm_store::is_export(file.bytes.expose())
}

/// What an export is that hangs over the window.
pub(crate) fn preview(file: &HeldFile) -> FilePreview {
    match look(file, now()) {
        Ok(file) => FilePreview::Export { file },
        Err(failure) => FilePreview::Refused { name: name_of(Path::new(&file.name)), failure },
    }
}

/// Hands an export to the core, which holds it until its passphrase is entered.
pub(crate) async fn hold(shell: &Shell, file: HeldFile) -> HeldFileView {
    let name = name_of(Path::new(&file.name));
    let held = shell.ask(|engine| async move {
        let view = look(&file, engine.now())?;
        Ok(HeldFileView::Export { id: engine.hold_sealed(file), file: view })
    });
    held.await.unwrap_or_else(|failure| HeldFileView::Refused { name, failure })
}

fn look(file: &HeldFile, now: Timestamp) -> Result<SealedExportView, Failure> {
    // EXPOSE: sealed; its dates are read.
    let term = storm_store::read_export_term(file.bytes.expose(), now).map_err(failure_of)?;
    Ok(SealedExportView { name: name_of(Path::new(&file.name)), made_at: term.made_at, ends_at: term.ends_at })
}

/// Opens a held export, and says what is in it.
pub(crate) async fn open(engine: &Engine, request: OpenExportRequest) -> Result<OpenedExportView, Failure> {
    let file = engine.sealed(request.id)?;
    let (passphrase, now) = (Passphrase::from(request.passphrase), engine.now());
    let opening = tokio::task::spawn_blocking(move || {
        // EXPOSE: sealed; opened under the passphrase.
        storm_store::open_export(file.bytes.expose(), &passphrase, now)
    });
    let export = opening.await.unwrap_or(Err(ExportFileError::Resources)).map_err(failure_of)?;
    engine.hold_export(export).await
}

/// The wall clock, where there may be no open vault to ask for it.
fn now() -> Timestamp {
    Timestamp(Local::now().timestamp_millis())
}

/// What happened and what to do, each in its own words.
fn failure_of(error: ExportFileError) -> Failure {
    let unusable = |message: String| Failure::new(ErrorCode::FileNotUsable, message, Some(Action::ReplaceCredential));
    match error {
        ExportFileError::NewerVersion => unusable(
            "This export was written by a newer version of Storm Connect. Update this one, and restore it then.".to_owned(),
        ),
        ExportFileError::Damaged => unusable(
            "This export is damaged: it was cut off or changed on its way. Copy it once more, or make a new one.".to_owned(),
        ),
        ExportFileError::Ended { at } => unusable(format!(
            "This export could be opened until {}, which is over. Make a new one on the computer it came from.",
            day_and_time(at)
        )),
        ExportFileError::CostOutOfBounds => unusable(
            "This export asks for more memory or time than any that Storm Connect writes, so it was not opened. Get it anew from where it came from."
                .to_owned(),
        ),
        ExportFileError::TooLarge => unusable(
            "An export holds at most 1,000 integrations and 4 MiB, and this is more. Export fewer at once.".to_owned(),
        ),
        ExportFileError::WrongPassphrase => Failure::new(
            ErrorCode::FilePasswordRefused,
            "This is not the passphrase of the export. Enter the one that was chosen when it was made.",
            Some(Action::Retry),
        ),
        ExportFileError::PassphraseTooShort => Failure::new(
            ErrorCode::PassphraseRefused,
            format!("Use at least {} characters. A few words are easier to remember.", storm_store::PASSPHRASE_LEAST_CHARACTERS),
            Some(Action::Retry),
        ),
        ExportFileError::Resources => Failure::new(
            ErrorCode::Internal,
            "There was not enough memory, of which the passphrase takes 256 MiB. Close other programs and try again.",
            Some(Action::Retry),
        ),
        _ => unusable("This is not an export of Storm Connect.".to_owned()),
    }
}

fn day_and_time(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.0)
        .map(|at| at.with_timezone(&Local).format("%-d %B %Y, %H:%M").to_string())
        .unwrap_or_else(|| "a day long ago".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_why_an_export_does_not_open_has_its_own_words_and_an_end_its_day() {
        let noon = Timestamp(1_795_780_800_000);
        let reasons = [
            ExportFileError::NotAnExport,
            ExportFileError::NewerVersion,
            ExportFileError::Damaged,
            ExportFileError::Ended { at: noon },
            ExportFileError::CostOutOfBounds,
            ExportFileError::WrongPassphrase,
            ExportFileError::PassphraseTooShort,
            ExportFileError::TooLarge,
            ExportFileError::Resources,
        ];
        let words: std::collections::BTreeSet<String> = reasons.map(|reason| failure_of(reason).message).into();
        assert_eq!(words.len(), 9);
        let ended = failure_of(ExportFileError::Ended { at: noon });
        assert!(ended.message.contains("November 2026"), "{ended}");
    }
}
