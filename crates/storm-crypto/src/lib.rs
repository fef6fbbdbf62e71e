//! AES-256-GCM envelopes, key hierarchy, passphrase wrap.
