import type { RiskSource } from '../../subgraphs/risk/riskSource.js';

/** The catalogue of all factors, as docs/factors.md has it. */
export function factorsPage(sources: readonly RiskSource[]): string {
  const total = sources.reduce((sum, { factors }) => sum + factors.length, 0);
  return `# Factors

What foretells need: ${total} numbers about a child and those in the child's family, each reckoned inside its own registry as of the
first day of a quarter, from what began before it. They are declared in \`subgraphs/<registry>/factors.ts\`; this page, the
lineage that policies are checked by, and the numbers themselves follow from there. One reader makes everybody's columns, for training,
and one child's, for an assessment.

"The quarter" is its first day; a window of 12 months before 2007-Q1 is the year 2006. Each person's rows count under that
person's own conditions: where a parent's may not be taken, the parents' numbers are unknown. No factor is made of sex,
language, origin or district: they serve to look at a model's fairness (docs/risk.md).

${sources.map(registrySection).join('\n')}`;
}

function registrySection({ registry, factors }: RiskSource): string {
  const rows = factors.map(
    ({ id, label, formula, months, reads }) =>
      `| \`${id}\` | ${label.en}<br>${label.fi}<br>${label.sv} | ${formula} | ${months ?? ''} | ${reads.map((name) => `\`${name}\``).join(' ')} |`,
  );
  return `## ${registry}: ${factors.length}

| Id | Label | Formula | Months | Reads |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
