//! Protocol clients: one file per RFC flow; verify; revoke.
