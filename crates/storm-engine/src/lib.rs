//! Use cases: one async fn for each thing a user does; the refresher; rotation. Everything outside comes in through the ports
//! of storm-domain, so that the same engine serves the window, the agent without a window, the tests and the benchmarks.

pub mod view;
