//! Who this process is when it takes a lease.

use storm_domain::LeaseOwner;
use storm_domain::port::Entropy;

/// A name of its own for each process, and one for each boot of the computer.
pub(crate) fn make_lease_owner(entropy: &dyn Entropy) -> LeaseOwner {
    LeaseOwner { process: entropy.make_uuid().to_string(), boot: boot_id() }
}

/// Elsewhere than on Linux every boot has the same name: a lease of an earlier one then ends by its deadline.
fn boot_id() -> String {
    match std::fs::read_to_string("/proc/sys/kernel/random/boot_id") {
        Ok(id) => id.trim().to_owned(),
        Err(_) => "unknown".to_owned(),
    }
}
