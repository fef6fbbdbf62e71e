//! The SQLite vault, landing slots, vault lock and OS keyring.
