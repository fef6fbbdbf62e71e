//! Redacting, zeroizing secret types.
