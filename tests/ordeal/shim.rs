//! The near side of `shim.c`: builds it, arms it, and reads how far a program came.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use storm_tests::Outcome;
use storm_tests::program::run;
use tokio::process::Command;

/// What is done to a call. An error is the errno it fails with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    KillBefore,
    KillAfter,
    /// Half of a write, then as if nothing were wrong.
    Short,
    Fail(rustix::io::Errno),
}

/// Which calls are struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// That one.
    Once,
    /// That one and all after it.
    Onward,
}

/// The library and its control file, for one folder of data.
pub struct Shim {
    library: PathBuf,
    control_path: PathBuf,
    control: File,
}

const ARMED: u64 = 0;
const AT: u64 = 1;
const ACTION: u64 = 2;
const COUNT: u64 = 3;
const FIRED: u64 = 4;
const WORDS: usize = 8;

impl Shim {
    /// Builds the library.
    ///
    /// # Errors
    /// When there is no C compiler.
    pub async fn build(folder: &Path) -> Outcome<PathBuf> {
        let library = folder.join("shim.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("ordeal/shim.c");
        let (library_name, source) = (library.to_string_lossy(), source.to_string_lossy());
        run("cc", &["-O2", "-Wall", "-shared", "-fPIC", "-o", &library_name, &source, "-ldl", "-lpthread"]).await?;
        Ok(library)
    }

    /// Makes the control file of one victim beside its data.
    pub fn new(library: &Path, beside: &Path) -> Outcome<Self> {
        let control_path = beside.with_extension("control");
        std::fs::write(&control_path, [0; WORDS * 8])?;
        let control = OpenOptions::new().read(true).write(true).open(&control_path)?;
        Ok(Self { library: library.to_owned(), control_path, control })
    }

    /// Puts it between `command` and the files below `folder`.
    pub fn wear(&self, command: &mut Command, folder: &Path) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("STORM_SHIM_FOLDER", folder)
            .env("STORM_SHIM_CONTROL", &self.control_path);
    }

    fn set(&self, word: u64, value: u64) -> Outcome {
        Ok(self.control.write_all_at(&value.to_ne_bytes(), word * 8)?)
    }

    fn read(&self, word: u64) -> Outcome<u64> {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, word * 8)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    /// Strikes the call with this number, counted from now and from 1.
    pub fn arm(&self, at: u64, span: Span, strike: Strike) -> Outcome {
        let action: i64 = match strike {
            Strike::KillBefore => -1,
            Strike::KillAfter => -2,
            Strike::Short => -3,
            Strike::Fail(errno) => i64::from(errno.raw_os_error()),
        };
        self.set(COUNT, 0)?;
        self.set(FIRED, 0)?;
        self.set(AT, at)?;
        self.set(ACTION, action.cast_unsigned())?;
        self.set(ARMED, if span == Span::Once { 1 } else { 2 })
    }

    /// Lets everything pass again. Says how many calls there were, and how many of them were struck.
    pub fn disarm(&self) -> Outcome<(u64, u64)> {
        self.set(ARMED, 0)?;
        Ok((self.read(COUNT)?, self.read(FIRED)?))
    }
}
