//! What opening a file may cost, counted before any of it is spent.
//!
//! The unit is about one run of a hash over one block, a quarter of a microsecond. INVARIANT: no key is derived whose cost was not
//! taken from the budget first, and everything that a file shows openly is summed before the first derivation.

use super::KeyMaterialError;

/// About one second on an old laptop; two tries of the largest file stay under two.
const HASHES_FOR_ONE_FILE: u64 = 4_000_000;
/// scrypt fills 128 · N · r bytes.
const MOST_SCRYPT_BYTES: u64 = 32 * 1024 * 1024;

/// What is left to spend on one file.
pub(super) struct Work {
    left: u64,
}

impl Work {
    pub(super) fn of_one_file() -> Self {
        Self { left: HASHES_FOR_ONE_FILE }
    }

    /// Takes `hashes` from the budget.
    pub(super) fn spend(&mut self, hashes: u64) -> Result<(), KeyMaterialError> {
        self.left = self.left.checked_sub(hashes).ok_or(KeyMaterialError::TooCostly)?;
        Ok(())
    }
}

/// PBKDF2 (RFC 8018 §5.2): two hashes for every iteration of every block of output; the long hashes take about twice the time.
pub(super) fn of_pbkdf2(iterations: u64, blocks: u64, is_long_hash: bool) -> u64 {
    iterations.saturating_mul(2).saturating_mul(blocks).saturating_mul(if is_long_hash { 2 } else { 1 })
}

/// scrypt (RFC 7914): memory bounds it, and two hashes' time for every block that is mixed.
pub(super) fn of_scrypt(cost: u64, block_size: u64, lanes: u64) -> u64 {
    let mixed = cost.saturating_mul(block_size);
    if mixed.saturating_mul(128) > MOST_SCRYPT_BYTES || block_size.saturating_mul(lanes) > 4096 {
        return u64::MAX;
    }
    mixed.saturating_mul(lanes).saturating_mul(2)
}

/// The derivation of PKCS#12 (RFC 7292 appendix B): one hash for every iteration of every block of output.
pub(super) fn of_pkcs12(iterations: u64, blocks: u64) -> u64 {
    iterations.saturating_mul(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write_is_allowed_and_what_forgers_write_is_not() {
        let allowed = |cost| Work::of_one_file().spend(cost).is_ok();
        assert!(allowed(of_pbkdf2(600_000, 1, false)), "what OWASP asks for");
        assert!(allowed(of_pbkdf2(100_000, 2, false)));
        assert!(allowed(of_scrypt(1 << 14, 8, 1)), "openssl");
        assert!(allowed(of_scrypt(1 << 15, 8, 1)));
        assert!(!allowed(of_scrypt(1 << 16, 8, 1)), "64 MiB");
        assert!(!allowed(of_scrypt(1 << 30, 8, 1)));
        assert!(!allowed(of_scrypt(1 << 14, 8, 60_000)));
        assert!(!allowed(of_pbkdf2(u64::MAX, 2, true)));
        assert!(!allowed(of_pkcs12(5_000_000, 1)));
    }

    #[test]
    fn what_was_spent_is_gone() {
        let mut work = Work::of_one_file();
        assert!(work.spend(HASHES_FOR_ONE_FILE - 1).is_ok());
        assert!(work.spend(1).is_ok());
        assert_eq!(work.spend(1), Err(KeyMaterialError::TooCostly));
    }
}
