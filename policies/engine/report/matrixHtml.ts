import { escapeMarkup } from '../../../lib/escapeMarkup.js';
import { groupBy } from '../../../lib/groupBy.js';
import { describeCondition } from '../catalogue/conditions.js';
import type { Policy } from '../decide/policy.js';
import type { Permission } from '../decision.js';
import type { LocalizedText } from '../../../schema/language.js';
import type { Classification } from '../policyModel.js';

/** One page without external resources. It follows the reader's light or dark theme. */
export function matrixHtml(
  { purposes, rows, revision }: Matrix,
  policy: Policy,
  role: string | undefined,
): string {
  const groups = [...groupBy(rows, ({ registry }) => registry)];
  const title =
    role === undefined ? 'Who may see what' : `What ${policy.roles.get(role)?.label.en ?? role} may see`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
<header>
<h1>${escapeMarkup(title)}</h1>
<p>Policy revision <code>${escapeMarkup(revision)}</code>. Point at a cell for roles, conditions and grant.</p>
<ul class="legend">
<li><span class="whole">allow</span> the value itself</li>
<li><span class="masked">year</span> made coarser by a mask</li>
<li><span class="whole">allow<sup>*</sup></span> if conditions on the person hold</li>
<li><span class="none">·</span> denied</li>
<li><b class="special">!</b> special category, or secret by law</li>
<li><b class="arrow">→</b> what a derived type may use</li>
</ul>
<nav>${groups.map(([registry]) => `<a href="#${escapeMarkup(registry)}">${escapeMarkup(registry)}</a>`).join(' ')}</nav>
</header>
<main>
<table>
<thead><tr><th scope="col">Field</th>${purposes.map((purpose) => purposeHead(purpose, policy)).join('')}</tr></thead>
${groups.map(([registry, group]) => section(registry, group, purposes)).join('\n')}
</table>
</main>
</html>
`;
}

function purposeHead(id: string, { purposes }: Policy): string {
  const { label, basis, use, output } = purposes.get(id)!;
  const tip = `${label.en} / ${label.fi}\n${use} use, at most ${output}\n${basis.join(', ')}`;
  return `<th scope="col" class="${use}" title="${escapeMarkup(tip)}"><span>${escapeMarkup(id)}</span></th>`;
}

function section(registry: string, rows: readonly MatrixRow[], purposes: readonly string[]): string {
  const head = `<tr class="owner" id="${escapeMarkup(registry)}"><th scope="rowgroup" colspan="${purposes.length + 1}"><b>${escapeMarkup(rows[0]!.owner.en)}</b> <code>${escapeMarkup(registry)}</code></th></tr>`;
  return `<tbody>\n${head}\n${rows.map((row) => rowHtml(row, purposes)).join('\n')}\n</tbody>`;
}

function rowHtml(
  { coordinate, derivedType, classification, cells }: MatrixRow,
  purposes: readonly string[],
): string {
  const [type, field] = coordinate.split('.');
  const name =
    derivedType === undefined
      ? `<span class="type">${escapeMarkup(type!)}.</span>${escapeMarkup(field!)}${classification?.special ? ' <b class="special">!</b>' : ''}`
      : `<b class="arrow">→</b> ${escapeMarkup(derivedType)}`;
  const tip = classification
    ? [
        classification.category,
        ...(classification.quasi ? [`quasi-identifier: ${classification.quasi}`] : []),
      ].join(', ')
    : 'not classified';
  const columns = purposes.map((purpose) => cellHtml(cells.get(purpose) ?? [])).join('');
  const kind = derivedType === undefined ? '' : ' class="derive"';
  return `<tr${kind}><th scope="row" title="${escapeMarkup(`${coordinate}\n${tip}`)}">${name}</th>${columns}</tr>`;
}

/** Each way in which some role sees the field, once. */
function cellHtml(access: readonly RoleAccess[]): string {
  const ways = access.flatMap(({ role, permissions }) =>
    permissions.map((permission) => ({ role, ...permission })),
  );
  if (ways.length === 0) return '<td class="none">·</td>';
  const tip = ways.map(({ role, mask, conditions: needed, grant }) => {
    const when = needed.map((condition) => describeCondition(condition).en).join(' and ');
    return `${role}: ${mask ?? 'allow'}${when ? `, if ${when}` : ''} (${grant})`;
  });
  const marks = ways.map(({ mask, conditions: needed }) => {
    const star = needed.length > 0 ? '<sup>*</sup>' : '';
    return `<span class="${mask === undefined ? 'whole' : 'masked'}">${mask ?? 'allow'}${star}</span>`;
  });
  return `<td title="${escapeMarkup(tip.join('\n'))}">${[...new Set(marks)].join(' ')}</td>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2530; --soft: #667080; --line: #e1e5ea; --page: #fff; --band: #f4f6f8;
  --whole: #0b6b43; --whole-back: #dff3e8; --masked: #7a4d00; --masked-back: #fdeecb; --special: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #93a0b0; --line: #2c3440; --page: #141920;
  --band: #1c232c; --whole: #7fdcae; --whole-back: #12382a; --masked: #f2c879; --masked-back: #3d2f10; --special: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
header { padding: 24px 28px 14px; }
h1 { margin: 0 0 4px; font-size: 24px; letter-spacing: -0.01em; }
header p { margin: 0 0 12px; color: var(--soft); }
.legend { display: flex; flex-wrap: wrap; gap: 6px 22px; margin: 0 0 12px; padding: 0; list-style: none; color: var(--soft); }
nav a { margin-right: 10px; color: inherit; }
main { padding: 0 28px 40px; overflow: auto; max-height: 100vh; }
table { border-collapse: separate; border-spacing: 0; }
thead th { position: sticky; top: 0; z-index: 2; padding: 8px 6px; background: var(--page);
  border-bottom: 2px solid var(--line); vertical-align: bottom; text-align: center; font-weight: 600; }
thead th span { display: inline-block; writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
thead th.secondary span { color: var(--soft); }
tbody th, thead th:first-child { position: sticky; left: 0; z-index: 1; background: var(--page); text-align: left; }
thead th:first-child { z-index: 3; }
tbody th { padding: 4px 18px 4px 0; font-weight: 400; white-space: nowrap; border-bottom: 1px solid var(--line); }
td { min-width: 62px; padding: 4px 6px; text-align: center; border-bottom: 1px solid var(--line); white-space: nowrap; }
.owner th { padding: 18px 10px 6px; background: var(--band); border-bottom: 1px solid var(--line); font-size: 15px; }
tbody tr { scroll-margin-top: 190px; }
.owner code, .type { color: var(--soft); }
.derive th { padding-left: 18px; font-size: 12.5px; } .derive td { font-size: 12.5px; }
tbody tr:not(.owner):hover > * { background: var(--band); }
.whole, .masked { display: inline-block; padding: 0 7px; border-radius: 9px; }
.whole { color: var(--whole); background: var(--whole-back); }
.masked { color: var(--masked); background: var(--masked-back); }
.none { color: var(--soft); opacity: 0.55; }
.special { color: var(--special); } .arrow { color: var(--soft); }
sup { line-height: 0; }
`;

/** What one role may see in one cell. */
export interface RoleAccess {
  readonly role: string;
  readonly permissions: readonly Permission[];
}

/** A field, or a field as a derived type may use it, over all purposes. */
export interface MatrixRow {
  readonly registry: string;
  readonly owner: LocalizedText;
  readonly coordinate: string;
  /** undefined: the row says whether the field is shown. */
  readonly derivedType: string | undefined;
  readonly classification: Classification | undefined;
  /** Purpose -> the roles with a permission. */
  readonly cells: ReadonlyMap<string, readonly RoleAccess[]>;
}

export interface Matrix {
  readonly revision: string;
  /** Purposes that some role may be used for. */
  readonly purposes: readonly string[];
  readonly rows: readonly MatrixRow[];
}

export interface MatrixOptions {
  /** Only this role; undefined: every role by itself. */
  readonly role?: string;
  readonly at?: Date;
}

/** Fields by purposes: what every role alone may see, and what derived types may use. */
export function matrixRows(policy: Policy, { role, at = new Date() }: MatrixOptions): Matrix {
  const roles = [...policy.roles.values()].filter(({ id }) => role === undefined || id === role);
  const columns = [...policy.purposes.keys()].flatMap((purpose) => {
    const holders = roles.filter(({ purposes }) => purposes.has(purpose));
    const decisions = holders.map(({ id }) => ({
      id,
      decision: policy.decide({ roles: [id], purpose }, at),
    }));
    return decisions.length > 0 ? [{ purpose, decisions }] : [];
  });
  const fields = policy.coordinates().filter(({ coordinate }) => !coordinate.includes('('));
  const rows = fields.flatMap((field): MatrixRow[] => {
    const derivedTypes = [...policy.model.derived]
      .filter(([, uses]) => uses.has(field.coordinate))
      .map(([type]) => type);
    return [undefined, ...derivedTypes].map((derivedType) => ({
      ...field,
      derivedType,
      cells: new Map(
        columns.map(({ purpose, decisions }) => {
          const access = decisions.map(({ id, decision }): RoleAccess => {
            const permissions =
              derivedType === undefined
                ? decision.show(field.coordinate)
                : decision.derive(derivedType, field.coordinate);
            return { role: id, permissions };
          });
          return [purpose, access.filter(({ permissions }) => permissions.length > 0)];
        }),
      ),
    }));
  });
  const registries = [...policy.model.registries.keys()];
  const ordered = rows.toSorted((a, b) => registries.indexOf(a.registry) - registries.indexOf(b.registry));
  return { revision: policy.revision, purposes: columns.map(({ purpose }) => purpose), rows: ordered };
}
