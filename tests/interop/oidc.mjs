// An OpenID Connect provider of another house, for one resource: `node oidc.mjs RESOURCE`.
// Prints its issuer. Two clients, each with its own secret, get tokens for themselves.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const resource = process.argv[2];
const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
const scope = 'books:read propose approve';
const client = (id) => ({
  client_id: id,
  client_secret: `${id}-secret-of-a-test`,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  scope,
});
const provider = new Provider(issuer, {
  clients: [client('lao-wang'), client('li'), client('stranger')],
  scopes: scope.split(' '),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (context, indicator) => ({
        scope,
        audience: indicator,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 300,
      }),
    },
  },
});
server.on('request', provider.callback());
console.log(JSON.stringify({ issuer, resource }));
