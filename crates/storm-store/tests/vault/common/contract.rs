//! What every vault must keep to: each of these tests runs on the vault people use and on the one simulations use.

use storm_testkit::MemoryVault;

/// Where a [`MemoryVault`] is opened again, as [`super::House`] is for the real one.
#[derive(Default)]
pub struct MemoryHouse(MemoryVault);

impl MemoryHouse {
    pub async fn open(&self) -> MemoryVault {
        self.0.clone()
    }

    pub async fn reopen(&self, vault: MemoryVault) -> MemoryVault {
        vault.reopen()
    }
}

/// Declares tests that are given a house of either kind.
macro_rules! contract {
    ($(async fn $name:ident($house:ident) $body:block)+) => {
        mod sqlite {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                let $house = $crate::common::House::default();
                $body
            })+
        }

        mod memory {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                let $house = $crate::common::contract::MemoryHouse::default();
                $body
            })+
        }
    };
}
