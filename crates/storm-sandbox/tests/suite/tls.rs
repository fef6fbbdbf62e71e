use std::sync::Arc;

use storm_sandbox::TlsIdentity;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::support::*;

/// What a client that trusts `roots` reads of an answer over TLS.
async fn read_securely(base: &str, roots: RootCertStore) -> std::io::Result<String> {
    let address = base.strip_prefix("https://").unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let request = format!("GET /api/whoami HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn the_same_service_answers_over_tls_with_the_certificate_it_was_given() {
    let sandbox = start().await;
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let identity = TlsIdentity { chain: vec![made.cert.der().to_vec()], key: made.signing_key.serialize_der() };
    let base = sandbox.listen_with_tls(identity).await.unwrap();
    let mut roots = RootCertStore::empty();
    assert!(read_securely(&base, roots.clone()).await.is_err(), "nobody vouches for it");
    assert!(sandbox.control().requests(&Default::default()).is_empty());
    roots.add(made.cert.der().clone()).unwrap();
    let answer = read_securely(&base, roots).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    sandbox.shutdown().await;
}
