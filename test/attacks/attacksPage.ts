import { attackClasses } from './attacks.js';

/** The text of docs/attacks.md (`npm run attacks -- --page`). */
export function attacksPage(): string {
  const classes = attackClasses.map(
    ({ title, attacks }) =>
      `## ${title}\n\n${attacks.map(({ id, title: what, source }) => `- \`${id}\` ${what}. _${source}_`).join('\n')}\n`,
  );
  return `# Attacks

Attacks that broke other gateways, and those that this one must expect. Each runs against any live gateway:

\`\`\`sh
npm run attacks -- http://localhost:4000                          # the personas of a gateway with --dev
npm run attacks -- https://polku.example.org --tokens tokens.json # tokens of users of your own
\`\`\`

An attack that holds says so; one that is broken says what was seen, and nothing of a person; one that finds nothing to try,
because no token reaches a place where it could be tried, says why. Ids are given once: that of a retired attack is never
given to another. A source such as "case G05" is an input that Polku once answered wrongly: see [cases.md](cases.md).
This page is generated (\`npm run attacks -- --page\`).

${classes.join('\n')}`;
}
