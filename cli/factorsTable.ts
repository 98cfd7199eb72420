import { escapeMarkup } from '../lib/escapeMarkup.js';
import type { RiskSource } from '../registry-kit/features/feature.js';

const columns = ['Id', 'English', 'Finnish', 'Swedish', 'Formula', 'Months', 'Reads'] as const;

function factorRows(sources: readonly RiskSource[]): readonly (readonly string[])[] {
  return sources.flatMap(({ features }) =>
    features.map(({ id, label, formula, months, reads }) => [
      id,
      label.en,
      label.fi,
      label.sv,
      formula,
      String(months ?? ''),
      reads.join(' '),
    ]),
  );
}

/** The catalogue of factors as CSV (RFC 4180): docs/factors.csv. */
export function factorsCsv(sources: readonly RiskSource[]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [columns, ...factorRows(sources)].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** The catalogue of factors as one page with a filter: docs/factors.html. It loads nothing. */
export function factorsHtml(sources: readonly RiskSource[]): string {
  const rows = factorRows(sources);
  const registries = sources.map(({ registry, features }) => `${registry} ${features.length}`).join(', ');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Factors of predicted need</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #1c1c1c; }
  input { font: inherit; width: 100%; padding: 0.5rem; margin: 1rem 0; box-sizing: border-box; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.6rem; border-bottom: 1px solid #ddd; }
  th { position: sticky; top: 0; background: #fff; }
  td:first-child, td:last-child { font-family: ui-monospace, monospace; font-size: 13px; }
</style>
<h1>Factors of predicted need</h1>
<p>A model predicts need from ${rows.length} numbers about a child and the child's family (${registries}). Each number is computed inside its
own registry as of the first day of a quarter, from events before that day. The factors are declared in
<code>subgraphs/&lt;registry&gt;/features.ts</code>. This page, the lineage that policies are checked against, and the numbers themselves follow
from there. One reader computes the columns for training and the numbers of one child for an assessment.</p>
<p>"The quarter" means its first day: a window of 12 months before 2007-Q1 is the year 2006. The rows of each person count under that
person's own conditions. If a parent's rows may not be used, the parents' numbers are unknown. No factor is computed from sex, language, origin
or district; these serve to check the fairness of a model (docs/risk.md).</p>
<label for="filter">Filter by words, such as <em>parents 12</em>. <span id="count">${rows.length} of ${rows.length}</span></label>
<input id="filter" type="search" autofocus>
<table>
<thead><tr>${columns.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map((text) => `<td>${escapeMarkup(text)}</td>`).join('')}</tr>`).join('\n')}
</tbody>
</table>
<script>
  const rows = [...document.querySelectorAll('tbody tr')].map((row) => [row, row.textContent.toLowerCase()]);
  document.getElementById('filter').addEventListener('input', ({ target }) => {
    const words = target.value.toLowerCase().split(/\\s+/);
    let shown = 0;
    for (const [row, text] of rows) shown += Number(!(row.hidden = !words.every((word) => text.includes(word))));
    document.getElementById('count').textContent = shown + ' of ' + rows.length;
  });
</script>
</html>
`;
}
