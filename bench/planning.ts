import { fork } from 'node:child_process';
import { Supergraph as FederatedSupergraph, operationFromDocument } from '@apollo/federation-internals';
import { QueryPlanner as ReferencePlanner } from '@apollo/query-planner';
import { getOperationAST, parse } from 'graphql';
import { parseArgs } from 'node:util';
import { QueryPlanner } from '../federation/planning/planner.js';
import { fragmentsOf } from '../lib/collectFields.js';
import { planningWorks } from './planning/works.js';

// CPU of planning an operation for the first time, and the requests of its plan:
// npm run bench:planning -- [--scenario <folder>] [--planners polku,stock]
// The folder has supergraph.graphql and query.graphql.
// Each planner does each work in a process of its own, with the planner made and nothing planned before.

/** Plans an operation and returns the number of requests to subgraphs. */
type Plan = (text: string) => Promise<number>;

const planners: Readonly<Record<string, (sdl: string) => Plan>> = {
  polku(sdl) {
    const planner = new QueryPlanner(parse(sdl, { noLocation: true }), Infinity);
    return async (text) => {
      const document = parse(text, { noLocation: true });
      const operation = getOperationAST(document)!;
      const { fetches } = await planner.plan({ operation, fragments: fragmentsOf(document), conditions: {} });
      return fetches.length;
    };
  },
  stock(sdl) {
    const supergraph = FederatedSupergraph.build(sdl);
    const planner = new ReferencePlanner(supergraph);
    const api = supergraph.apiSchema();
    return async (text) => {
      const operation = operationFromDocument(api, parse(text, { noLocation: true }), {
        validate: false,
      } as never);
      return JSON.stringify(planner.buildQueryPlan(operation)).split('"kind":"Fetch"').length - 1;
    };
  },
};

interface Measured {
  readonly milliseconds: readonly number[];
  readonly requests: number;
  readonly refused: number;
}

const { values: options } = parseArgs({
  options: {
    scenario: { type: 'string' },
    planners: { type: 'string', default: 'polku,stock' },
    work: { type: 'string' },
  },
});
if (options.work === undefined) await compare();
else process.send!(await measure(options.planners, options.work));

async function measure(planner: string, name: string): Promise<Measured> {
  const { sdl, operations } = planningWorks(options.scenario).find((work) => work.name === name)!;
  const api = FederatedSupergraph.build(sdl).apiSchema().toGraphQLJSSchema();
  const texts = operations(api);
  const plan = planners[planner]!(sdl);
  const milliseconds: number[] = [];
  let [requests, refused] = [0, 0];
  for (const text of texts) {
    const before = process.cpuUsage();
    try {
      requests += await plan(text);
    } catch {
      refused += 1;
    }
    const { user, system } = process.cpuUsage(before);
    milliseconds.push((user + system) / 1000);
  }
  return { milliseconds: milliseconds.toSorted((one, other) => one - other), requests, refused };
}

async function compare(): Promise<void> {
  console.log('| Work | Planner | CPU ms, median | p99 | Requests | Refused |');
  console.log('| --- | --- | --: | --: | --: | --: |');
  for (const { name } of planningWorks(options.scenario))
    for (const planner of options.planners.split(',')) {
      const { milliseconds, requests, refused } = await inOwnProcess(planner, name);
      const at = (share: number) => milliseconds[Math.floor((milliseconds.length - 1) * share)]!.toFixed(2);
      console.log(`| ${name} | ${planner} | ${at(0.5)} | ${at(0.99)} | ${requests} | ${refused} |`);
    }
}

function inOwnProcess(planner: string, work: string): Promise<Measured> {
  const scenario = options.scenario === undefined ? [] : ['--scenario', options.scenario];
  const child = fork(import.meta.filename, ['--planners', planner, '--work', work, ...scenario]);
  return new Promise((resolve, reject) => {
    child.once('message', (measured) => resolve(measured as Measured));
    child.once('exit', (code) => reject(new Error(`${planner} ended with ${code} in "${work}".`)));
  });
}
