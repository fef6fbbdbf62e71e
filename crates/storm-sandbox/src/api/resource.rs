//! Two resources: who am I, and the reports that need a permission.

use hyper::{StatusCode, header};
use serde_json::json;

use super::caller::{Caller, refused_token};
use crate::server::{Reply, Request, Service};

/// `GET /api/whoami`
pub(crate) fn whoami(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let mut world = service.world();
    let caller = Caller::identify(&mut world, request).ok_or_else(refused_token)?;
    Ok(Reply::json(&caller))
}

/// `GET /api/reports`
pub(crate) fn reports(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let mut world = service.world();
    let caller = Caller::identify(&mut world, request).ok_or_else(refused_token)?;
    if !caller.may("reports") {
        let body = json!({ "error": "insufficient_scope", "required": "reports" });
        return Err(Reply::json_with(StatusCode::FORBIDDEN, &body).with_header(
            header::WWW_AUTHENTICATE,
            "Bearer realm=\"practice\", error=\"insufficient_scope\", scope=\"reports\"",
        ));
    }
    Ok(Reply::json(&json!({
        "account": caller.account,
        "reports": [
            { "id": "rep_1", "title": "Visitors by week", "rows": 52 },
            { "id": "rep_2", "title": "Orders by country", "rows": 31 },
        ],
    })))
}
