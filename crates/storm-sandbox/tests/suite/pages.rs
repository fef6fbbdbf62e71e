use hyper::StatusCode;

use super::support::*;

#[tokio::test]
async fn every_page_is_there_and_has_no_script() {
    let sandbox = start().await;
    for path in ["/", "/keys", "/apps", "/service-accounts", "/control"] {
        let page = get(&sandbox, path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let page = page.text();
        assert!(page.contains("Practice</title>"), "{path}");
        assert!(!page.contains("<script") && !page.contains("style=\""), "{path}");
    }
    assert!(get(&sandbox, "/style.css").await.header("content-type").starts_with("text/css"));
    assert_eq!(get(&sandbox, "/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_key_is_shown_once_and_then_masked() {
    let sandbox = start().await;
    let form = [("name", "<b>sync</b>"), ("account", "ada@practice.example"), ("permission", "read")];
    let page = post_form(&sandbox, "/keys", &form).await.text();
    let key = between(&page, "id=\"new-key\">", "<").to_owned();
    assert!(page.contains("&lt;b&gt;sync&lt;/b&gt;") && !page.contains("<b>sync"));
    assert_eq!(bearer(&sandbox, "GET", "/api/whoami", &key).await.status, StatusCode::OK);

    let list = get(&sandbox, "/keys").await.text();
    assert!(!list.contains(&key) && list.contains(&format!("pk_live_…{}", &key[key.len() - 4..])));
    let id = between(&list, "id=\"revoke-", "\"");
    let revoked = post_form(&sandbox, &format!("/keys/{id}/revoke"), &[]).await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    assert_eq!(bearer(&sandbox, "GET", "/api/whoami", &key).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_app_is_registered_and_its_secret_rotated_with_an_overlap() {
    let sandbox = start().await;
    let form = [("name", "Web"), ("kind", "confidential"), ("redirect_uris", "https://app.example/cb")];
    let page = post_form(&sandbox, "/apps", &form).await.text();
    let id = between(&page, "id=\"new-client-id\">", "<").to_owned();
    let old = between(&page, "id=\"new-client-secret\">", "<").to_owned();
    let old_id = between(&page, &format!("/apps/{id}/secrets/"), "/delete").to_owned();
    let page = post_form(&sandbox, &format!("/apps/{id}/secrets"), &[]).await.text();
    let new = between(&page, "id=\"new-client-secret\">", "<").to_owned();

    let works = |secret: String| {
        let (sandbox, id) = (&sandbox, &id);
        async move {
            let fields = [("client_id", id.as_str()), ("client_secret", secret.as_str()), ("token", "x")];
            post_form(sandbox, "/oauth/introspect", &fields).await.status == StatusCode::OK
        }
    };
    assert!(works(old.clone()).await && works(new.clone()).await);
    let deleted = post_form(&sandbox, &format!("/apps/{id}/secrets/{old_id}/delete"), &[]).await;
    assert_eq!(deleted.status, StatusCode::SEE_OTHER);
    assert!(!works(old).await && works(new).await);

    let elsewhere = authorize_path(&[("client_id", &id), ("redirect_uri", REDIRECT_URI)]);
    assert_eq!(get(&sandbox, &elsewhere).await.status, StatusCode::BAD_REQUEST);
    let registered = authorize_path(&[("client_id", &id), ("redirect_uri", "https://app.example/cb")]);
    assert_eq!(get(&sandbox, &registered).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_service_account_key_is_a_download() {
    let sandbox = start().await;
    let file = post_form(&sandbox, "/service-accounts", &[("name", "etl")]).await;
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"etl-"));
    let id = file.json()["private_key_id"].as_str().unwrap().to_owned();
    let email = file.json()["client_email"].as_str().unwrap().to_owned();
    let second = post_form(&sandbox, &format!("/service-accounts/{email}/keys"), &[]).await;
    assert_eq!(second.json()["client_email"], email.as_str());
    assert_eq!(
        post_form(&sandbox, &format!("/service-accounts/keys/{id}/disable"), &[]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(get(&sandbox, "/service-accounts").await.text().contains(&format!("id=\"enable-{id}\"")));
    let again = post_form(&sandbox, "/service-accounts", &[("name", "etl")]).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_control_page_ends_grants_fails_answers_and_resets() {
    let sandbox = start().await;
    let (_, token) = granted(&sandbox).await;
    let failing = [("failure", "temporarily_unavailable")];
    assert_eq!(post_form(&sandbox, "/control/fail-next-token", &failing).await.status, StatusCode::SEE_OTHER);
    assert_eq!(refresh(&sandbox, &token).await.status, StatusCode::SERVICE_UNAVAILABLE);
    post_form(&sandbox, "/control/settings", &[("access_token_lifetime_s", "7")]).await;
    let next = refresh(&sandbox, &token).await.json();
    assert_eq!(next["expires_in"], 7);
    post_form(&sandbox, "/control/end-grants", &[]).await;
    assert_eq!(refresh(&sandbox, text(&next, "refresh_token")).await.json()["error"], "invalid_grant");
    assert!(get(&sandbox, "/control").await.text().contains("revoked_by_control"));
    post_form(&sandbox, "/control/reset", &[]).await;
    assert!(sandbox.control().grants().is_empty());
}
