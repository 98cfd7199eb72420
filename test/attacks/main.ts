import { parseArgs } from 'node:util';
import { attacksPage } from './attacksPage.js';
import { openTarget } from './openTarget.js';
import { runAttacks } from './runAttacks.js';

const USAGE = `npm run attacks -- URL [--only ID[,ID]] [--tokens FILE]
Tries every known attack on a live gateway and tells which it held. Exit code 1 if any is broken.

  URL            the gateway, such as http://localhost:4000
  --only ID,ID   these attacks only
  --tokens FILE  JSON: { "tokens": { "<name>": "<jwt>" }, "registries": [{ "name", "url", "overheard"? }] };
                 without it the personas of a gateway with --dev are used
  --page         prints docs/attacks.md

It looks up identity codes until the gateway refuses, so the tokens used for that can look up nobody for a minute.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    tokens: { type: 'string' },
    page: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const [address] = positionals;
if (values.page) process.stdout.write(attacksPage());
else if (values.help || address === undefined || !URL.canParse(address)) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  const target = await openTarget(new URL(address), values.tokens);
  const broken = await runAttacks(target, {
    only: values.only?.split(','),
    print: (line) => console.log(line),
  });
  process.exitCode = broken > 0 ? 1 : 0;
}
