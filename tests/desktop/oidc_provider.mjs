// A strict authorization server on loopback: npm oidc-provider with rotation, where the reuse of a rotated refresh token
// ends the whole grant. Prints READY and its issuer, then one JSON line for each token answer, refusal and ended grant.
// ACCESS_TOKEN_LIFETIME and DEVICE_CODE_LIFETIME are in seconds. CLIENT_KEYS is a JSON object of private keys in PEM: for each name there is a client
// `storm-NAME` that proves itself with it. TLS is a JSON object of `key`, `certificate` and `authority` in PEM, for https with
// client certificates, and `selfSigned`, the certificate of `storm-self-signed`. DPOP_NONCE=1 wants a nonce in every proof,
// REQUIRE_PUSHED=1 every authorization request beforehand.
// What it answers can be given bad manners, see oidc_manners.mjs.
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { makeKey, withManners } from './oidc_manners.mjs';

const require = createRequire(new URL('../package.json', import.meta.url));
const { Provider } = await import(require.resolve('oidc-provider'));

const key = makeKey();
const tls = process.env.TLS ? JSON.parse(process.env.TLS) : null;
const keys = JSON.parse(process.env.CLIENT_KEYS ?? '{}');
const algorithms = { rsa: 'RS256', pss: 'PS256', ec: 'ES256' };

// A client without a person, and how it proves itself.
const robot = (name, token_endpoint_auth_method, more) => ({
  client_id: `storm-${name}`,
  token_endpoint_auth_method,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  ...more,
});
const robots = [
  robot('basic', 'client_secret_basic', { client_secret: 'a secret with: odd+characters' }),
  robot('post', 'client_secret_post', { client_secret: 'a secret with: odd+characters' }),
  ...Object.entries(keys).map(([name, pem]) => robot(name, 'private_key_jwt', {
    token_endpoint_auth_signing_alg: algorithms[name],
    jwks: { keys: [{ ...createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' }), kid: `${name}-1`, use: 'sig' }] },
  })),
];
const shown = (context) => {
  const { raw } = context.socket.getPeerCertificate?.() ?? {};
  return raw && new X509Certificate(raw);
};
if (tls) {
  const certificate = new X509Certificate(tls.selfSigned);
  const jwk = { ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] };
  robots.push(robot('tls', 'tls_client_auth', { tls_client_auth_subject_dn: 'CN=storm' }));
  robots.push(robot('self-signed', 'self_signed_tls_client_auth', { jwks: { keys: [jwk] } }));
}
const mTLS = {
  enabled: tls !== null,
  tlsClientAuth: true,
  selfSignedTlsClientAuth: true,
  getCertificate: shown,
  certificateAuthorized: (context) => context.socket.authorized,
  certificateSubjectMatches: (context, _property, expected) => shown(context).subject === expected,
};

const listener = (request, response) => handle(request, response);
const server = tls
  ? https.createServer({ key: tls.key, cert: tls.certificate, ca: tls.authority, requestCert: true, rejectUnauthorized: false }, listener)
  : http.createServer(listener);
let handle;
server.listen(0, '127.0.0.1', () => {
  const issuer = tls ? `https://localhost:${server.address().port}` : `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'storm-test',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
    }, {
      client_id: 'storm-confidential',
      client_secret: 'a-secret-of-the-app-registration',
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    }, {
      client_id: 'storm-bound',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      dpop_bound_access_tokens: true,
    }, ...robots],
    jwks: { keys: [key.secretJwk] },
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => process.env.DPOP_NONCE === '1' },
      mTLS,
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: process.env.REQUIRE_PUSHED === '1' },
      registration: { enabled: true },
      revocation: { enabled: true },
    },
    clientAuthMethods: [
      'none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt',
      ...(tls ? ['tls_client_auth', 'self_signed_tls_client_auth'] : []),
    ],
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256'] },
    scopes: ['openid', 'offline_access', 'reports'],
    claims: { openid: ['sub'], email: ['email'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@elsewhere.example` }) }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: {
      AccessToken: Number(process.env.ACCESS_TOKEN_LIFETIME || 3600),
      RefreshToken: 3600, DeviceCode: Number(process.env.DEVICE_CODE_LIFETIME || 600), Session: 3600, Grant: 3600, Interaction: 600, IdToken: 300,
    },
  });
  const tell = (line) => console.log(JSON.stringify(line));
  provider.on('grant.success', (context) => {
    context.res.grantType = context.oidc.params.grant_type;
    const client = context.oidc.client.clientId;
    tell({ granted: context.res.grantType, client, authorization: (context.get('authorization') || '').split(' ')[0] });
  });
  provider.on('grant.error', (context, error) => tell({ refused: context.oidc?.params?.grant_type ?? '', why: error.error }));
  provider.on('registration_create.success', (_context, client) => tell({ registered: client.clientId, by: client.tokenEndpointAuthMethod }));
  provider.on('pushed_authorization_request.success', () => tell({ pushed: 'taken' }));
  provider.on('pushed_authorization_request.error', (_context, error) => tell({ pushed: 'refused', why: error.error }));
  provider.on('grant.revoked', () => tell({ ended: 'grant' }));
  handle = withManners(provider.callback(), key);
  console.log('READY', issuer);
});
