// A certified OpenID provider in a process of its own: startProvider.ts starts it and sends its settings.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const RESOURCE = 'urn:polku';

process.once('message', (settings) => {
  const { port, issuer, audience, algorithm, jwks, clients, users, idTokenClaims, tokenSeconds } = settings;
  const scopes = 'openid polku';
  const claimsOf = new Map(clients.map(({ client_id, claims = {} }) => [client_id, claims]));
  const provider = new Provider(issuer, {
    jwks,
    clients: clients.map(({ claims: _, ...client }) => ({
      grant_types: [
        'client_credentials',
        ...(client.redirect_uris ? ['authorization_code', 'refresh_token'] : []),
      ],
      redirect_uris: [],
      response_types: client.redirect_uris ? ['code'] : [],
      id_token_signed_response_alg: algorithm,
      ...client,
    })),
    // The built-in login page takes any name; only a user of the settings gets in.
    findAccount: (_, id) =>
      Object.hasOwn(users, id) ? { accountId: id, claims: () => ({ sub: id, ...users[id] }) } : undefined,
    extraTokenClaims: (_, token) => (token.accountId ? users[token.accountId] : claimsOf.get(token.clientId)),
    claims: { openid: ['sub', ...idTokenClaims] },
    conformIdTokenClaims: false,
    enabledJWA: { idTokenSigningAlgValues: [algorithm] },
    scopes: ['openid', 'offline_access', 'polku'],
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    pkce: { required: () => true },
    // By default it calls no loopback address, where this test's clients wait for its logouts.
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
    cookies: { keys: ['test'] },
    features: {
      clientCredentials: { enabled: true },
      backchannelLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes,
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: tokenSeconds,
          jwt: { sign: { alg: algorithm } },
        }),
      },
    },
  });
  const server = createServer(provider.callback());
  server.listen(port, '127.0.0.1', () => process.send('listening'));
});

// The provider ends with the test that started it.
process.once('disconnect', () => process.exit());
