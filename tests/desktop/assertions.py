"""Seven services that take an assertion instead of a password, as strict as their documentation says, behind one proxy.

usage: assertions.py FOLDER

Writes FOLDER/authority.pem, whom a client of the proxy must trust; FOLDER/known/NAME, the key as each service lets it be
downloaded; FOLDER/stranger/NAME, another key of the same kind, which the service does not know. Prints "READY URL" of the proxy.
Whoever goes through it reaches these services under their real names and nothing else. What is signed is checked by PyJWT, for
Google by google-auth too. GET URL/test/seen lists every assertion that was believed, with its header and claims.
"""

import base64
import datetime
import hashlib
import json
import ssl
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import google.auth.jwt
import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from google.oauth2 import service_account

FOLDER = Path(sys.argv[1])
PASSWORD = b"practice"
DAY = datetime.timedelta(days=1)
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
PKCS8, PKCS1 = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PLAIN, LOCKED = serialization.NoEncryption(), serialization.BestAvailableEncryption(PASSWORD)

GOOGLE_ACCOUNT = "etl@acme-reports.iam.gserviceaccount.com"
GOOGLE_TOKEN = "https://oauth2.googleapis.com/token"
GOOGLE_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TENANT = "contoso.onmicrosoft.com"
ENTRA_TOKEN = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
ENTRA_APP = "00001111-aaaa-2222-bbbb-3333cccc4444"
OKTA_TOKEN = "https://acme.okta.com/oauth2/v1/token"
OKTA_APP = "0oa1a2b3c4d5e6f7g8h9"
GITHUB_APP = "Iv23liABCDEF12345678"
APPLE_ISSUER = "57246542-96fe-1a63-e053-0824d011072a"
APPLE_KEY = "2X9R4HXF34"
SNOWFLAKE_USER = "MYORG-ACCOUNT123.ETL_USER"
SALESFORCE_APP = "3MVG9A2kN3Bn17hsWKbFxjXRw"


class Refused(Exception):
    """Why a service does not believe an assertion."""


@dataclass
class Service:
    """What a service holds an assertion to."""

    algorithm: str
    audience: str | None
    issuer: str
    subject: str | None
    most_seconds: int
    """From `iat` to `exp`, or from now to `exp` where the service compares with its own clock."""
    key: object
    header: dict = field(default_factory=dict)
    claims: dict = field(default_factory=dict)

    def check(self, assertion):
        try:
            claims = jwt.decode(
                assertion,
                self.key.public_key(),
                algorithms=[self.algorithm],
                audience=self.audience,
                issuer=self.issuer,
                subject=self.subject,
                options={"require": ["iss", "iat", "exp"], "strict_aud": self.audience is not None},
            )
        except jwt.PyJWTError as error:
            raise Refused(f"{type(error).__name__}: {error}") from error
        header = jwt.get_unverified_header(assertion)
        if claims["exp"] - claims["iat"] > self.most_seconds or claims["exp"] - time.time() > self.most_seconds:
            raise Refused(f"it lives longer than {self.most_seconds} s")
        if self.subject is None and "sub" in claims:
            raise Refused("nobody asked for a subject")
        for wanted, found in ((self.header, header), (self.claims, claims)):
            for name, value in wanted.items():
                if found.get(name) != value:
                    raise Refused(f"{name} is {found.get(name)}, not {value}")
        return {"header": header, "claims": claims}


def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key, name, issuer=None, extensions=()):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer_name, signing = (subject, key) if issuer is None else issuer
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(issuer_name, subject, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(signing, hashes.SHA256())


def digest(data):
    return hashlib.sha256(data).digest()


def google_file(key, key_id):
    return json.dumps({
        "type": "service_account",
        "project_id": "acme-reports",
        "private_key_id": key_id,
        "private_key": key.private_bytes(PEM, PKCS8, PLAIN).decode(),
        "client_email": GOOGLE_ACCOUNT,
        "client_id": "104857600000000000000",
        "token_uri": GOOGLE_TOKEN,
    }).encode()


def files(keys):
    """Each key as its service lets it be downloaded, or as its documentation says to make it."""
    yield "google.json", google_file(keys["google"], keys["google_id"])
    yield "entra.pfx", pkcs12.serialize_key_and_certificates(b"app", keys["entra"], keys["entra_certificate"], None, LOCKED)
    yield "okta.pem", keys["okta"].private_bytes(PEM, PKCS8, PLAIN)
    yield "acme-bot.2026-11-27.private-key.pem", keys["github"].private_bytes(PEM, PKCS1, PLAIN)
    yield f"AuthKey_{APPLE_KEY}.p8", keys["apple"].private_bytes(PEM, PKCS8, PLAIN)
    yield "rsa_key.p8", keys["snowflake"].private_bytes(PEM, PKCS8, LOCKED)
    yield "server.key", keys["salesforce"].private_bytes(PEM, PKCS8, PLAIN)


def make_keys(folder):
    keys = {name: rsa_key() for name in ("google", "entra", "okta", "github", "snowflake", "salesforce")}
    keys["apple"] = ec.generate_private_key(ec.SECP256R1())
    keys["entra_certificate"] = certificate(keys["entra"], "app.contoso.example")
    keys["google_id"] = digest(keys["google"].public_key().public_bytes(DER, SPKI)).hex()[:40]
    folder.mkdir()
    for name, content in files(keys):
        (folder / name).write_bytes(content)
    return keys


KEYS = make_keys(FOLDER / "known")
make_keys(FOLDER / "stranger")
fingerprint = "SHA256:" + base64.b64encode(digest(KEYS["snowflake"].public_key().public_bytes(DER, SPKI))).decode()
thumbprint = base64.urlsafe_b64encode(digest(KEYS["entra_certificate"].public_bytes(DER))).decode().rstrip("=")

GOOGLE = Service(
    "RS256", GOOGLE_TOKEN, GOOGLE_ACCOUNT, "ada@acme.example", 3600, KEYS["google"],
    {"kid": KEYS["google_id"], "typ": "JWT"}, {"scope": GOOGLE_SCOPE},
)
ENTRA = Service("PS256", ENTRA_TOKEN, ENTRA_APP, ENTRA_APP, 600, KEYS["entra"], {"x5t#S256": thumbprint, "typ": "JWT"})
OKTA = Service("RS256", OKTA_TOKEN, OKTA_APP, OKTA_APP, 3600, KEYS["okta"], {"kid": "sk-2026-11"})
GITHUB = Service("RS256", None, GITHUB_APP, None, 600, KEYS["github"])
APPLE = Service("ES256", "appstoreconnect-v1", APPLE_ISSUER, None, 1200, KEYS["apple"], {"kid": APPLE_KEY, "typ": "JWT"})
SNOWFLAKE = Service("RS256", None, f"{SNOWFLAKE_USER}.{fingerprint}", SNOWFLAKE_USER, 3600, KEYS["snowflake"])
SALESFORCE = Service(
    "RS256", "https://login.salesforce.com", SALESFORCE_APP, "integration@acme.example", 180, KEYS["salesforce"]
)

seen = []


def believed(name, service, assertion):
    seen.append({"service": name, **service.check(assertion)})


def by_google_auth(assertion):
    """google-auth reads it as Google would, and would have sent the same itself."""
    public = {KEYS["google_id"]: KEYS["google"].public_key().public_bytes(PEM, SPKI)}
    ours = google.auth.jwt.decode(assertion, certs=public, audience=GOOGLE_TOKEN)
    known = json.loads((FOLDER / "known/google.json").read_text())
    account = service_account.Credentials.from_service_account_info(known, scopes=[GOOGLE_SCOPE], subject="ada@acme.example")
    own = account._make_authorization_grant_assertion()
    theirs = google.auth.jwt.decode(own, certs=public, audience=GOOGLE_TOKEN)
    for name in ("iss", "aud", "scope", "sub"):
        if ours.get(name) != theirs.get(name):
            raise Refused(f"google-auth sends {theirs.get(name)} as {name}")
    if google.auth.jwt.decode_header(assertion) != google.auth.jwt.decode_header(own):
        raise Refused("google-auth sends another header")


def token(name, scope=None):
    answer = {"access_token": f"token-of-{name}", "token_type": "Bearer", "expires_in": 3600}
    return 200, answer if scope is None else {**answer, "scope": scope}


def client_credentials(name, service, form, scope):
    if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != CLIENT_ASSERTION:
        return 400, {"error": "unsupported_grant_type"}
    if form.get("client_id") != service.issuer or form.get("scope") != scope:
        return 400, {"error": "invalid_request", "error_description": "client_id or scope is another one"}
    try:
        believed(name, service, form["client_assertion"])
    except Refused as refused:
        return 401, {"error": "invalid_client", "error_description": str(refused)}
    return token(name, scope)


def jwt_bearer(name, service, form):
    if form.get("grant_type") != GRANT or set(form) != {"grant_type", "assertion"}:
        return 400, {"error": "unsupported_grant_type"}
    try:
        believed(name, service, form["assertion"])
        if name == "google":
            by_google_auth(form["assertion"])
    except (Refused, ValueError) as refused:
        return 400, {"error": "invalid_grant", "error_description": str(refused)}
    return token(name)


def answer(request):
    """Status and body of what a service says to a request."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    url = urlsplit(f"https://{request.host}{request.path}")
    match (request.command, f"{url.hostname}{url.path}"):
        case "POST", "oauth2.googleapis.com/token":
            return jwt_bearer("google", GOOGLE, form)
        case "POST", "login.salesforce.com/services/oauth2/token":
            return jwt_bearer("salesforce", SALESFORCE, form)
        case "POST", path if f"https://{path}" == ENTRA_TOKEN:
            return client_credentials("entra", ENTRA, form, "https://graph.microsoft.com/.default")
        case "POST", path if f"https://{path}" == OKTA_TOKEN:
            return client_credentials("okta", OKTA, form, "okta.users.read")
        case "POST", "api.github.com/app/installations/12345678/access_tokens":
            if not request.headers.get("User-Agent"):
                return 403, {"message": "Request forbidden by administrative rules."}
            try:
                believed("github", GITHUB, bearer)
            except Refused as refused:
                return 401, {"message": str(refused)}
            end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
            return 201, {"token": "token-of-github", "expires_at": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
        case "GET", "api.appstoreconnect.apple.com/v1/apps":
            try:
                believed("apple", APPLE, bearer)
            except Refused as refused:
                return 401, {"errors": [{"status": "401", "code": "NOT_AUTHORIZED", "title": str(refused)}]}
            return 200, {"data": []}
        case "POST", "myorg-account123.snowflakecomputing.com/api/v2/statements":
            try:
                believed("snowflake", SNOWFLAKE, bearer)
            except Refused as refused:
                return 401, {"code": "390144", "message": str(refused)}
            is_said = request.headers.get("X-Snowflake-Authorization-Token-Type") == "KEYPAIR_JWT"
            return (200, {"data": [["ETL_USER"]]}) if is_said else (400, {"code": "390101"})
    token_of = {
        "oauth2.googleapis.com/tokeninfo": ("google", {"azp": "104857600000000000000"}),
        "graph.microsoft.com/v1.0/organization": ("entra", {"value": [{"id": TENANT, "displayName": "Contoso"}]}),
        "acme.okta.com/api/v1/users": ("okta", []),
        "api.github.com/installation/repositories": ("github", {"repositories": [{"owner": {"id": 1, "login": "acme"}}]}),
        "login.salesforce.com/services/oauth2/userinfo": ("salesforce", {"user_id": "005", "preferred_username": "integration"}),
    }
    name, body = token_of.get(f"{url.hostname}{url.path}", ("nobody", {}))
    shown = parse_qs(url.query).get("access_token", [bearer])[0]
    return (200, body) if shown == f"token-of-{name}" else (404 if name == "nobody" else 401, {"error": "invalid_token"})


AUTHORITY_KEY = ec.generate_private_key(ec.SECP256R1())
AUTHORITY = certificate(AUTHORITY_KEY, "Assertion test authority", extensions=[(x509.BasicConstraints(True, None), True)])
(FOLDER / "authority.pem").write_bytes(AUTHORITY.public_bytes(PEM))
contexts = {}
making = threading.Lock()


def context(host):
    """TLS as the host of that name."""
    with making:
        if host not in contexts:
            key = ec.generate_private_key(ec.SECP256R1())
            names = [(x509.SubjectAlternativeName([x509.DNSName(host)]), False)]
            leaf = certificate(key, host, (AUTHORITY.subject, AUTHORITY_KEY), names)
            path = FOLDER / f"{host}.pem"
            path.write_bytes(key.private_bytes(PEM, PKCS8, PLAIN) + leaf.public_bytes(PEM))
            contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            contexts[host].load_cert_chain(path)
        return contexts[host]


class Request(BaseHTTPRequestHandler):
    """The proxy, and after CONNECT the service behind it."""

    protocol_version = "HTTP/1.1"
    host = None
    body = b""

    def do_CONNECT(self):
        self.host = self.path.rpartition(":")[0]
        self.send_response(200)
        self.end_headers()
        self.connection = context(self.host).wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.close_connection = False

    def do_GET(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.host is not None:
            status, answered = answer(self)
        else:
            status, answered = (200, seen) if self.path == "/test/seen" else (404, {})
        content = json.dumps(answered).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *_):
        """Says nothing."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
server.daemon_threads = True
print(f"READY http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
