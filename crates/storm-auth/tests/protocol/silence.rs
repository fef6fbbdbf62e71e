//! What the program's log holds of tokens and keys: nothing, at any level.

use std::io;
use std::sync::{Arc, Mutex};

use storm_domain::port::{Provider as _, TokenGrant, TokenRequest};
use storm_secret::{ClientSecret, RefreshToken};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::keys::ec_key;
use crate::support::{RawServer, Reply, confidential_client, json, provider, service};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn o57_no_answer_however_broken_and_no_request_leaves_a_secret_in_the_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // For the whole process: with one for this thread alone, a line that another test's thread meets first stays silent.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let key = ec_key().pems.remove(0);
    for reply in [
        json("200 OK", r#"{"access_token":{"v":"PLANTED"},"refresh_token":"PLANTED","expires_in":"PLANTED""#),
        json("200 OK", r#"{"access_token":"PLANTED","token_type":7,"refresh_token":["PLANTED"]}PLANTED"#),
        json("400 Bad Request", r#"{"error":"invalid_grant","error_description":"PLANTED"}"#),
        Reply::Reset(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"refresh_token\":\"PLANTED".to_vec()),
        Reply::Bytes(b"PLANTED PLANTED\r\n\r\n".to_vec()),
    ] {
        for secret in ["PLANTED-password", &key] {
            let server = RawServer::always(reply.clone()).await;
            let mut service = service(&server.base);
            service.refresh_url = server.url("/token?key=PLANTED");
            let mut client = confidential_client();
            client.client_secret = Some(ClientSecret::new(secret));
            let (token, dpop_key) = (RefreshToken::new("PLANTED-rt"), provider().make_dpop_key().unwrap());
            let grant = TokenGrant::RefreshToken(&token);
            let request = TokenRequest { service: &service, client: &client, grant, dpop_key: Some(&dpop_key) };
            tracing::info!(?request, "about to be sent");
            let outcome = provider().send_token_request(request).await;
            tracing::info!(?outcome, "came back");
            if let Ok(answer) = &outcome {
                let reading = provider().read_token_answer(&service, answer);
                tracing::info!(access = ?reading.access.as_ref().ok(), oddities = ?reading.oddities, "read");
            }
        }
    }
    let text = log.text();
    assert!(text.contains("about to be sent") && text.contains("answered"), "the log was listened to: {text}");
    let lines: Vec<_> = text.lines().filter(|line| line.contains("PLANTED") && !line.contains("refresh_url")).collect();
    assert!(lines.is_empty(), "{lines:#?}");
    assert!(!text.contains("PRIVATE KEY") && !text.contains("eyJ"), "no key and no proof: {text}");
}
