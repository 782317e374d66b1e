// An authorization server that SmartFhir did not write: oidc-provider with its own login and consent pages, and SMART discovery in front.
// Prints one line of JSON when it serves; ends when its standard input closes.
import http from 'node:http';
import Provider from 'oidc-provider';

const server = http.createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(origin, {
  clients: [
    {
      client_id: 'public-client',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
  ],
  scopes: ['openid', 'offline_access', 'fhirUser', 'launch/patient', 'patient/*.rs'],
  claims: { openid: ['sub'], fhirUser: ['fhirUser'] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, fhirUser: 'Practitioner/42' }) }),
  features: { devInteractions: { enabled: true }, revocation: { enabled: true }, introspection: { enabled: true }, resourceIndicators: { enabled: false } },
  extraParams: ['aud'],
  pkce: { required: () => true },
  rotateRefreshToken: () => true,
  ttl: { AccessToken: Number(process.env.ACCESS_TOKEN_TTL ?? 3600), AuthorizationCode: 60, IdToken: 600, RefreshToken: 3600, Grant: 3600, Session: 3600, Interaction: 600 },
  cookies: { keys: ['for-tests-only'] },
});

const callback = provider.callback();
server.on('request', (request, response) => {
  if (request.url === '/fhir/.well-known/smart-configuration') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({
      issuer: origin,
      jwks_uri: `${origin}/jwks`,
      authorization_endpoint: `${origin}/auth`,
      token_endpoint: `${origin}/token`,
      revocation_endpoint: `${origin}/token/revocation`,
      introspection_endpoint: `${origin}/token/introspection`,
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      capabilities: ['launch-standalone', 'client-public', 'sso-openid-connect', 'permission-v2', 'permission-offline'],
    }));
    return;
  }

  callback(request, response);
});

process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
console.log(JSON.stringify({ issuer: origin, fhirBase: `${origin}/fhir` }));
