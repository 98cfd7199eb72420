// @apollo/gateway with @apollo/server, started as their documentation describes.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';
import { readFileSync } from 'node:fs';
const { ApolloGateway } = await import('@apollo/gateway');
const { ApolloServer } = await import('@apollo/server');
const { startStandaloneServer } = await import('@apollo/server/standalone');

const gateway = new ApolloGateway({ supergraphSdl: readFileSync(process.env.SUPERGRAPH, 'utf8') });
await startStandaloneServer(new ApolloServer({ gateway }), {
  listen: { port: Number(process.env.PORT), host: '127.0.0.1' },
});
