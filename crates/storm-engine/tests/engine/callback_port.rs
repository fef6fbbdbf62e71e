//! Ports that a service fixes, when something else has them.

use std::time::Duration;

use storm_domain::{Action, ErrorCode, Fields};
use storm_engine::view::{AuthorizationTarget, BeginAuthorizationRequest, SaveRegistrationRequest};
use tokio::net::TcpListener;

use crate::holds::holds;
use crate::rig::{Rig, failure};

/// The ports of connectors whose services compare the whole redirect URI.
const FIXED: [u16; 3] = [47811, 47812, 47813];

/// A sign-in to a service whose ports are fixed; it needs no network before the browser is open.
async fn target(rig: &Rig) -> AuthorizationTarget {
    let fields = Fields::from([("host".to_owned(), "gitlab.com".to_owned())]);
    let registration = SaveRegistrationRequest {
        id: None,
        connector_id: "gitlab".into(),
        client_id: "desktop".into(),
        client_secret: None,
        file: None,
        secret_ends_at: None,
        fields: fields.clone(),
    };
    AuthorizationTarget::New {
        connector_id: "gitlab".into(),
        name: None,
        fields,
        registration_id: rig.engine.save_registration(registration).await.unwrap().id,
        scopes: Vec::new(),
    }
}

/// All ports of the service are taken before the sign-in begins.
async fn busy_ports() {
    let rig = Rig::start().await;
    let mut taken = Vec::new();
    for port in FIXED {
        // Who cannot have it either has found it taken already.
        taken.extend(TcpListener::bind(("127.0.0.1", port)).await.ok());
    }
    let target = target(&rig).await;
    let refused = failure(rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await);
    assert_eq!((refused.code, refused.action), (ErrorCode::PortNotOpened, Some(Action::Retry)));
    assert!(refused.message.contains("Port 47813 is used by "), "{}", refused.message);
    let opened = tokio::time::timeout(Duration::from_millis(100), rig.browser.next()).await;
    assert!(opened.is_err(), "the browser was asked to open {opened:?}");
}

/// One after the other, since they need the same ports.
async fn fixed_ports() {
    busy_ports().await;
    // A second press on Authorize needs the port that the first one has.
    let rig = Rig::start().await;
    let target = target(&rig).await;
    let mut held = TcpListener::bind(("127.0.0.1", FIXED[1])).await.ok().into_iter().collect::<Vec<_>>();
    held.extend(TcpListener::bind(("127.0.0.1", FIXED[2])).await.ok());
    let begin = || rig.engine.begin_authorization(BeginAuthorizationRequest { target: target.clone() });
    let first = begin().await.unwrap();
    assert_eq!(first.redirect_uri.as_deref(), Some("http://127.0.0.1:47811/callback"));
    let second = begin().await.unwrap();
    assert_eq!(second.redirect_uri, first.redirect_uri);
    rig.engine.cancel_authorization(second.id).unwrap();
    rig.authorization_ended(second.id).await;
}

holds! { fixed_ports:
    fn f018_a_busy_fixed_port_is_named_before_the_browser_opens;
}

holds! { busy_ports:
    fn o16_a_busy_fixed_port_is_named_before_the_browser_opens;
    fn o26_a_port_that_another_program_advertised_first_opens_no_browser;
}
