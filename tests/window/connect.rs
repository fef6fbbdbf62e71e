//! Steps 1 to 5 in the real window: add an integration in each of the three ways, list and open what was added.

use storm_tests::step::{add_integration, api_key, list, oauth, service_account};
use storm_tests::{Journey, Outcome};

#[tokio::test]
async fn adding_an_integration_is_guided() -> Outcome {
    let mut journey = Journey::begin().await?;
    add_integration::walk(&mut journey).await
}

#[tokio::test]
async fn a_pasted_key_is_verified_and_the_page_forgets_it() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await
}

#[tokio::test]
async fn a_browser_signs_in_and_comes_back() -> Outcome {
    let mut journey = Journey::begin().await?;
    oauth::walk(&mut journey).await
}

#[tokio::test]
async fn a_dragged_key_file_is_connected() -> Outcome {
    let mut journey = Journey::begin().await?;
    service_account::walk(&mut journey).await
}

#[tokio::test]
async fn the_list_and_the_pages_show_all_three() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    oauth::walk(&mut journey).await?;
    service_account::walk(&mut journey).await?;
    list::walk(&mut journey).await?;
    journey.restart().await?;
    list::walk(&mut journey).await
}
