//! A TLS server whose certificate nobody vouches for.

use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use url::Url;

/// Its address, and how the handshake of its one client ended.
pub async fn untrusted_tls_server() -> (Url, JoinHandle<io::Result<()>>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("https://localhost:{}/", listener.local_addr().unwrap().port())).unwrap();
    let handshake = tokio::spawn(async move {
        let (stream, _) = listener.accept().await?;
        TlsAcceptor::from(Arc::new(config)).accept(stream).await.map(drop)
    });
    (base, handshake)
}
