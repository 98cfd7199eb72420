// Hive Gateway; with PLANNER=rust plans come from the query planner of Hive Router.
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway';

const rust = process.env.PLANNER === 'rust';
const runtime = createGatewayRuntime({
  supergraph: process.env.SUPERGRAPH,
  logging: false,
  ...(rust && { unifiedGraphHandler: (await import('@graphql-hive/router-runtime')).unifiedGraphHandler }),
});
createServer(runtime).listen(Number(process.env.PORT), '127.0.0.1');
