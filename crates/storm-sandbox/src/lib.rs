//! The practice service: a scriptable provider on loopback.
