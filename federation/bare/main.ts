import { readFile } from 'node:fs/promises';
import { PolkuError } from '../../lib/errors.js';
import '../../lib/processSettings.js';
import { serveBare } from './bareServer.js';

const USAGE = `Runs only the execution of Polku's gateway, over any Federation 2 supergraph, for conformance tests and comparison.

  SUPERGRAPH=supergraph.graphql PORT=4000 npm run gateway:bare

SUPERGRAPH  file that composition wrote; it names the addresses of the subgraphs
PORT        of http://127.0.0.1/graphql, on this machine only (4000)

It has no identities, purposes, policies or audit log, and refuses supergraphs of Polku. Serve those with polku serve.`;

const { SUPERGRAPH: file, PORT: port = '4000' } = process.env;
if (!file || !/^\d{1,5}$/.test(port)) {
  console.error(USAGE);
  process.exit(2);
}
try {
  const sdl = await readFile(file, 'utf8');
  const reportFault = (fault: unknown) => console.error(fault);
  const { url, subgraphs, close } = await serveBare({ sdl, port: Number(port), reportFault });
  console.log(`Bare gateway: no identities, no policies, no audit; for conformance and comparison only.`);
  for (const subgraph of subgraphs) console.log(`  ${subgraph.name}: ${subgraph.url}`);
  console.log(`Answers at ${url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().then(() => process.exit(0)));
} catch (error) {
  if (error instanceof PolkuError) console.error(`${error.code}: ${error.message}`);
  else if ((error as NodeJS.ErrnoException).code) console.error(`Cannot read ${file}: ${String(error)}`);
  else throw error;
  process.exit(1);
}
