//! Use cases: one async fn per user action; the refresher; rotation.
