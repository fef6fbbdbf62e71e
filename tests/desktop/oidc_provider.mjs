// A strict authorization server on loopback: npm oidc-provider with rotation, where the reuse of a rotated refresh token
// ends the whole grant. Prints READY and its issuer, then one JSON line for each token answer, refusal and ended grant.
// ACCESS_TOKEN_LIFETIME is in seconds. What it answers can be given bad manners, see oidc_manners.mjs.
import http from 'node:http';
import { createRequire } from 'node:module';
import { makeKey, withManners } from './oidc_manners.mjs';

const require = createRequire(new URL('../package.json', import.meta.url));
const { Provider } = await import(require.resolve('oidc-provider'));

const key = makeKey();
const server = http.createServer((request, response) => handle(request, response));
let handle;
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'storm-test',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    }, {
      client_id: 'storm-confidential',
      client_secret: 'a-secret-of-the-app-registration',
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    }],
    jwks: { keys: [key.secretJwk] },
    features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
    claims: { openid: ['sub'], email: ['email'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@elsewhere.example` }) }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: {
      AccessToken: Number(process.env.ACCESS_TOKEN_LIFETIME || 3600),
      RefreshToken: 3600, Session: 3600, Grant: 3600, Interaction: 600, IdToken: 300,
    },
  });
  const tell = (line) => console.log(JSON.stringify(line));
  provider.on('grant.success', (context) => {
    context.res.grantType = context.oidc.params.grant_type;
    const client = context.oidc.client.clientId;
    tell({ granted: context.res.grantType, client, authorization: (context.get('authorization') || '').split(' ')[0] });
  });
  provider.on('grant.error', (context, error) => tell({ refused: context.oidc?.params?.grant_type ?? '', why: error.error }));
  provider.on('grant.revoked', () => tell({ ended: 'grant' }));
  handle = withManners(provider.callback(), key);
  console.log('READY', issuer);
});
