//! Fakes and builders for tests; dev-dependency only.
