import type { Attack } from './attack.js';
import { attacks } from './attacks.js';
import type { Target } from './target.js';

const WIDTH = 100;

/** Runs attacks one by one and prints a line for each. Returns how many are broken. */
export async function runAttacks(
  target: Target,
  { only, print }: { readonly only?: readonly string[] | undefined; readonly print: (line: string) => void },
): Promise<number> {
  const chosen = only ? attacks.filter(({ id }) => only.includes(id)) : attacks;
  const unknown = only?.filter((id) => !attacks.some((attack) => attack.id === id)) ?? [];
  if (unknown.length > 0) throw new Error(`There is no attack ${unknown.join(', ')}; see docs/attacks.md.`);
  const counts = { held: 0, broken: 0, 'not applicable': 0 };
  for (const attack of chosen) {
    const { outcome, line } = await tried(attack, target);
    counts[outcome] += 1;
    print(line);
  }
  print(`${counts.held} held, ${counts.broken} broken, ${counts['not applicable']} not applicable`);
  return counts.broken;
}

async function tried({ id, title, run }: Attack, target: Target) {
  const verdict = await run(target);
  const head = `${id}  ${title.padEnd(WIDTH)} `;
  switch (verdict.outcome) {
    case 'held':
      return { outcome: verdict.outcome, line: `${head} held` };
    case 'broken':
      return { outcome: verdict.outcome, line: `${head} BROKEN: ${verdict.seen}` };
    case 'not applicable':
      return { outcome: verdict.outcome, line: `${head} not applicable: ${verdict.why}` };
  }
}
