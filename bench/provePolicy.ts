import { provePolicies } from '../test/generative/policyProof/provePolicies.js';

// Proves the compiled policy against a slow interpreter and Cedar: npm run prove:policy -- [cases] [seed]

const [cases = 100_000, seed = 1] = process.argv.slice(2).map(Number);
const began = performance.now();
let reported = 0;
const proof = provePolicies(cases, seed, (done) => {
  if (done - reported < 10_000) return;
  reported = done;
  console.log(`${done} of ${cases} cases`);
});
const seconds = ((performance.now() - began) / 1000).toFixed(1);
const percent = ((100 * proof.shown) / proof.compared).toFixed(1);
console.log(
  [
    `${proof.cases} cases in ${proof.cities} random cities, ${seconds} s:`,
    `  ${proof.compared} answers compared, ${percent} % of them shown;`,
    `  ${proof.askedOfCedar} of them asked of Cedar;`,
    `  ${proof.operationsShown} operations shown whole;`,
    `  ${proof.differences.length} differences.`,
    ...proof.differences,
  ].join('\n'),
);
if (proof.differences.length > 0) process.exitCode = 1;
