// How much is learnt from numbers of groups, with protection and without: npm run prove:disclosure -- [tries]
// It prints the tables of docs/disclosure.md.
import { defaultDisclosure } from '../policies/engine/disclosure/parameters.js';
import { groupAttacks } from '../test/attacks/groups/groupAttacks.js';
import { measureGroupAttack } from '../test/attacks/groups/measureGroupAttack.js';

const [tries = 400] = process.argv.slice(2).map(Number);
const percent = (share: number) => `${Math.round(100 * share)} %`;
const budget = defaultDisclosure.questions;

console.log(
  `${tries} tries each; 50 % is a coin, and the error of a figure is up to ${percent(1 / Math.sqrt(tries))}.\n`,
);
console.log('| Id | Attack | Questions | Right without protection | Right with it |');
console.log('| --- | --- | --- | --- | --- |');
for (const attack of groupAttacks) {
  const counts = attack.questions === undefined ? [20, 100, budget] : [attack.questions];
  for (const questions of counts) {
    const measured = await measureGroupAttack(attack, tries, questions);
    const asked = attack.name.includes('five') ? 5 * questions : questions;
    console.log(
      `| \`${attack.id}\` | ${attack.name} | ${asked} | ${percent(measured.open)} | ${percent(measured.protected)} |`,
    );
  }
}

console.log(
  '\n| Noise: largest, variance | Smallest count told | Attack | 20 | 100 | 300 | 1000 questions |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const noise of [
  { maximum: 3, variance: 2 },
  { maximum: 5, variance: 4 },
  { maximum: 7, variance: 8 },
]) {
  for (const attack of groupAttacks.filter(({ id }) => ['E8B9', '0C27'].includes(id))) {
    const right: string[] = [];
    for (const questions of [20, 100, 300, 1_000]) {
      const parameters = { ...defaultDisclosure, noise, questions };
      right.push(percent((await measureGroupAttack(attack, tries / 4, questions, parameters)).protected));
    }
    console.log(
      `| ${noise.maximum}, ${noise.variance} | ${defaultDisclosure.minimum + noise.maximum} | ${attack.name} | ${right.join(' | ')} |`,
    );
  }
}
