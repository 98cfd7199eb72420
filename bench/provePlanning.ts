import { provePlanning } from '../test/generative/planningProof/proveGraph.js';

// Compares answers over random federated graphs with those of one service with the same types:
// npm run prove:planning -- [graphs] [operations] [seed]

const [graphs = 500, operations = 20_000, seed = 1] = process.argv.slice(2).map(Number);
const proof = await provePlanning(graphs, operations, seed);
for (const { seed: of, operation, sdl, expected, found } of proof.wrong)
  console.log(
    [
      `Wrong, graph of seed ${of}:`,
      sdl,
      operation,
      `expected ${JSON.stringify(expected)}`,
      `found    ${JSON.stringify(found)}`,
      '',
    ].join('\n'),
  );
console.log(`${proof.operations} operations on ${proof.graphs} graphs: ${proof.wrong.length} wrong.`);
if (proof.wrong.length > 0) process.exitCode = 1;
