// Bad manners for oidc-provider: what its answers say is changed on their way out, and signed again with keys that it
// publishes. `PUT /manner` sets the manner, a JSON object; an empty one is a provider as it should be.
//
//   claims    overrides of the ID token's claims; null leaves one out
//   grant     only answers to this grant type are changed
//   signature "none", or "wrong": with a key that is not published, under the name of one that is
//   kid       null: the header names no key
//   keys      "several": a second key is published; "rotated": the keys are replaced now; "rotated-at-signing": with the next
//             ID token, just before it is signed
//   userinfo  overrides of the userinfo answer
//   redirect  overrides of the parameters with which the browser is sent back; null leaves one out
//   metadata  overrides of the metadata; null leaves one out
//   break_off the connection is cut instead of this path's answer
import crypto from 'node:crypto';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());

// A fresh RSA key pair under a name of its own.
export function makeKey() {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  const about = { kid: crypto.randomUUID(), use: 'sig', alg: 'RS256' };
  return { privateKey, kid: about.kid, secretJwk: { ...privateKey.export({ format: 'jwk' }), ...about }, jwk: { ...publicKey.export({ format: 'jwk' }), ...about } };
}

const changed = (object, overrides = {}) =>
  Object.fromEntries(Object.entries({ ...object, ...overrides }).filter(([, value]) => value !== null));

// Wraps the handler of a provider that signs with `key`.
export function withManners(handler, key) {
  let manner = {};
  let keys = [key];
  const rotate = () => (keys = [makeKey()]);

  function idToken(token) {
    const isAsSigned = keys.length === 1 && keys[0] === key && !Object.keys(manner).length;
    if (isAsSigned) return token;
    if (manner.keys === 'rotated-at-signing') {
      rotate();
      manner = { ...manner, keys: undefined };
    }
    const header = { alg: 'RS256', typ: 'JWT', kid: keys[0].kid };
    if (manner.kid === null) delete header.kid;
    if (manner.signature === 'none') header.alg = 'none';
    const signed = `${encode(header)}.${encode(changed(decode(token.split('.')[1]), manner.claims))}`;
    if (manner.signature === 'none') return `${signed}.`;
    const by = manner.signature === 'wrong' ? makeKey() : keys[0];
    return `${signed}.${crypto.sign('sha256', Buffer.from(signed), by.privateKey).toString('base64url')}`;
  }

  // Only the redirect that carries the code: those before it lead through the sign-in pages.
  function sendBack(response) {
    const location = response.getHeader('location');
    if (!manner.redirect || !/[?&]code=/.test(location ?? '')) return;
    const url = new URL(location);
    url.search = new URLSearchParams(changed(Object.fromEntries(url.searchParams), manner.redirect));
    response.setHeader('location', url.href);
  }

  function rewritten(path, response, body) {
    switch (path) {
      case '/.well-known/openid-configuration':
        return changed(body, manner.metadata);
      case '/jwks':
        return { keys: keys.map(({ jwk }) => jwk) };
      case '/me':
        return changed(body, manner.userinfo);
      case '/token':
        return body.id_token && (!manner.grant || manner.grant === response.grantType) ? { ...body, id_token: idToken(body.id_token) } : body;
      default:
        return body;
    }
  }

  async function takeManner(request, response) {
    let text = '';
    for await (const piece of request) text += piece;
    manner = JSON.parse(text);
    if (manner.keys === 'rotated') rotate();
    if (manner.keys === 'several') keys = [keys[0], makeKey()];
    response.writeHead(204).end();
  }

  return (request, response) => {
    const path = new URL(request.url, 'http://provider').pathname;
    if (path === '/manner' && request.method === 'PUT') return takeManner(request, response);
    const isRewritten = ['/.well-known/openid-configuration', '/jwks', '/me', '/token'].includes(path);
    const end = response.end.bind(response);
    response.end = (body, ...rest) => {
      if (manner.break_off === path) return request.socket.destroy();
      sendBack(response);
      if (!isRewritten || !/json/.test(response.getHeader('content-type') ?? '') || !body) return end(body, ...rest);
      const text = Buffer.from(JSON.stringify(rewritten(path, response, JSON.parse(body))));
      response.setHeader('content-length', text.length);
      return end(text);
    };
    return handler(request, response);
  };
}
