//! Tests that carry the numbers of cases and statements.

/// Names a scene after each case and statement that it holds.
macro_rules! holds {
    ($scene:ident: $(fn $name:ident;)+) => {
        $(
            #[tokio::test]
            async fn $name() {
                $scene().await;
            }
        )+
    };
}
pub(crate) use holds;
