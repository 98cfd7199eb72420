import { defaultDisclosure } from '../policies/engine/disclosureParameters.js';
import { forgetfulLedger, groupAttacks } from '../test/attacks/groups/groupAttacks.js';
import { measureGroupAttack } from '../test/attacks/groups/measureGroupAttack.js';

// Measures how much numbers of groups reveal, with protection and without: npm run prove:disclosure --
// [tries]
// It prints the tables of docs/disclosure.md.

const [tries = 200] = process.argv.slice(2).map(Number);
const percent = (share: number) => `${Math.round(100 * share)} %`;
const budget = defaultDisclosure.questions;
const averaging = groupAttacks.filter(({ id }) => ['E8B9', '0C27'].includes(id));

console.log(`${tries} tries for each figure, fewer for long attacks.\n`);
console.log('| Id | Attack | Questions | Right without protection | Right with it | Tries |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const attack of [...groupAttacks, forgetfulLedger]) {
  const organisations = attack.organisations ?? 1;
  const counts = attack.questions === undefined ? [20, 50, budget] : [attack.questions];
  for (const questions of counts) {
    const measured = await measureGroupAttack(attack, tries / organisations, questions);
    console.log(
      `| \`${attack.id}\` | ${attack.name} | ${organisations * questions} | ${percent(measured.open)} | ${percent(measured.protected)} | ${measured.tries} |`,
    );
  }
}

console.log();
for (const { id, name, how } of [...groupAttacks, forgetfulLedger])
  console.log(`- \`${id}\` ${name}: ${how}`);

const counts = [20, 50, 150, 300];
console.log(
  `\n| Noise: largest, variance | Attack | ${counts.map((count) => `${count} questions`).join(' | ')} |`,
);
console.log(`| --- | --- |${counts.map(() => ' --- |').join('')}`);
for (const noise of [
  { maximum: 3, variance: 2 },
  { maximum: 5, variance: 4 },
  defaultDisclosure.noise,
  { maximum: 8, variance: 10 },
]) {
  for (const attack of averaging) {
    const right: string[] = [];
    for (const questions of counts) {
      const parameters = { ...defaultDisclosure, noise, questions };
      right.push(percent((await measureGroupAttack(attack, tries / 2, questions, parameters)).protected));
    }
    console.log(`| ${noise.maximum}, ${noise.variance} | ${attack.name} | ${right.join(' | ')} |`);
  }
}
