//! Who may talk to a service on loopback: programs on this machine, and its own pages.
//!
//! A web page elsewhere can make a browser call 127.0.0.1. A rebound name is refused by the Host header, a foreign form
//! or script by the Origin header (absent when the caller is not a browser). No answer ever carries CORS headers.

use hyper::header::{self, HeaderMap};
use hyper::{Method, StatusCode};

use super::reply::Reply;

/// The names this service answers to.
#[derive(Clone)]
pub(crate) struct Guard {
    hosts: [String; 2],
}

impl Guard {
    /// For a service on this port.
    pub(crate) fn on_port(port: u16) -> Self {
        Self { hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")] }
    }

    /// Refuses what does not come from this machine's programs or this service's own pages.
    pub(crate) fn check(&self, method: &Method, headers: &HeaderMap) -> Result<(), Reply> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|value| value.to_str().ok());
        if hosts.next().is_some() || !host.is_some_and(|host| self.names(host)) {
            return Err(Reply::refusal(StatusCode::MISDIRECTED_REQUEST, "wrong_host"));
        }
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            return Ok(());
        }
        for origin in headers.get_all(header::ORIGIN) {
            let own =
                origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://")).is_some_and(|o| self.names(o));
            if !own {
                return Err(Reply::refusal(StatusCode::FORBIDDEN, "wrong_origin"));
            }
        }
        // Browsers also say where a request comes from; absent means it is not a browser, or an old one.
        let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
        if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
            return Err(Reply::refusal(StatusCode::FORBIDDEN, "wrong_origin"));
        }
        Ok(())
    }

    fn names(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
    }
}

#[cfg(test)]
mod tests {
    use super::Guard;
    use hyper::Method;
    use hyper::header::{HOST, HeaderMap, HeaderValue, ORIGIN};

    fn passes(method: Method, host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        Guard::on_port(4780).check(&method, &headers).is_ok()
    }

    #[test]
    fn only_the_loopback_names_with_the_right_port_are_answered() {
        assert!(passes(Method::GET, "127.0.0.1:4780", None));
        assert!(passes(Method::GET, "localhost:4780", None));
        for host in
            ["127.0.0.1", "127.0.0.1:4781", "evil.example:4780", "evil.example", "127.0.0.1:4780.evil.example", ""]
        {
            assert!(!passes(Method::GET, host, None), "{host}");
        }
        assert!(Guard::on_port(4780).check(&Method::GET, &HeaderMap::new()).is_err());
    }

    #[test]
    fn a_foreign_page_cannot_change_anything() {
        assert!(passes(Method::POST, "127.0.0.1:4780", None));
        assert!(passes(Method::POST, "127.0.0.1:4780", Some("http://127.0.0.1:4780")));
        for origin in ["https://evil.example", "null", "http://127.0.0.1:9", "https://127.0.0.1:4780", ""] {
            assert!(!passes(Method::POST, "127.0.0.1:4780", Some(origin)), "{origin}");
            assert!(!passes(Method::DELETE, "127.0.0.1:4780", Some(origin)), "{origin}");
        }
    }

    #[test]
    fn a_browser_that_names_another_site_cannot_change_anything() {
        for (site, passes) in [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false)] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("127.0.0.1:4780"));
            headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            let guard = Guard::on_port(4780);
            assert_eq!(guard.check(&Method::POST, &headers).is_ok(), passes, "{site}");
            assert!(guard.check(&Method::GET, &headers).is_ok());
        }
    }
}
