import { formatDay } from '../../../lib/calendar.js';
import { didYouMean } from '../../../lib/didYouMean.js';
import type { PopulationCondition } from '../decision.js';
import type { Parsed } from '../parse/parsePolicy.js';
import type { PermitEntry, PermitsFile } from '../parse/policyFiles.js';
import type { Path, SourceDocument } from '../parse/sourceDocument.js';
import type { Permit } from '../policyModel.js';
import { compileValidity } from './compileGrant.js';
import type { CompileContext } from './compileNames.js';
import { matchPattern } from './pattern.js';

/** Research permits by number. */
export function compilePermits(
  { source, content }: Parsed<PermitsFile>,
  context: CompileContext,
): ReadonlyMap<string, Permit> {
  const permits = new Map<string, Permit>();
  content.permits.forEach((entry, index) => {
    const path = ['permits', index];
    const place = source.place([...path, 'number']);
    const first = permits.get(entry.number);
    if (first) {
      context.problems.error(
        place,
        `The permit "${entry.number}" is already in line ${first.place.line}.`,
        'Keep one of them.',
      );
    }
    checkPurpose(entry, source, path, context);
    const { from, until } = compileValidity(entry.valid, source, [...path, 'valid'], context);
    if (until !== undefined && until < context.day) {
      context.problems.warning(
        source.place([...path, 'valid', 'until']),
        `The permit "${entry.number}" ended on ${formatDay(until)} and gives access to nothing.`,
        'Remove it, or write the extended date.',
      );
    }
    permits.set(entry.number, {
      number: entry.number,
      place,
      recipient: entry.recipient,
      purpose: entry.purpose,
      basis: entry.basis,
      from: from ?? Infinity,
      until: until ?? -Infinity,
      fields: fieldsOf(entry, source, path, context),
      registries: registriesOf(entry, source, path, context),
      conditions: conditionsOf(entry, source, path, context),
    });
  });
  return permits;
}

function checkPurpose(
  { purpose: name }: PermitEntry,
  source: SourceDocument,
  path: Path,
  { purposes, problems }: CompileContext,
): void {
  const purpose = purposes?.get(name);
  const place = source.place([...path, 'purpose']);
  if (purposes && !purpose) {
    problems.error(place, `There is no purpose "${name}".`, didYouMean(name, purposes.keys()));
  } else if (purpose && purpose.use !== 'secondary') {
    const fix = 'Name the purpose that the authority gave it for, such as research.';
    problems.error(place, `"${name}" is not a secondary use, so no permit is given for it.`, fix);
  }
}

function fieldsOf(
  { fields }: PermitEntry,
  source: SourceDocument,
  path: Path,
  { graph, problems }: CompileContext,
): ReadonlySet<string> {
  const matches = fields.flatMap((pattern, index) => {
    const place = source.place([...path, 'fields', index]);
    return matchPattern(pattern, { graph, registry: undefined, place, problems });
  });
  return new Set(matches.map(({ field }) => field.coordinate));
}

function registriesOf(
  { population }: PermitEntry,
  source: SourceDocument,
  path: Path,
  { graph, problems }: CompileContext,
): ReadonlySet<string> | undefined {
  population?.registries?.forEach((name, index) => {
    if (graph.subgraphs.has(name)) return;
    const place = source.place([...path, 'population', 'registries', index]);
    problems.error(place, `There is no registry "${name}".`, didYouMean(name, graph.subgraphs));
  });
  return population?.registries && new Set(population.registries);
}

/** The permit's population, as conditions that every registry can evaluate. */
function conditionsOf(
  { population }: PermitEntry,
  source: SourceDocument,
  path: Path,
  { problems }: CompileContext,
): readonly PopulationCondition[] {
  const { born, districts } = population ?? {};
  if (born && born.until < born.from) {
    problems.error(
      source.place([...path, 'population', 'born', 'until']),
      'The last year of birth comes before the first.',
      `Write ${born.from} or later.`,
    );
  }
  return [
    ...(born ? [`born(${born.from}-${born.until})` as const] : []),
    ...(districts ? [`living-in(${[...new Set(districts)].sort().join(',')})` as const] : []),
  ];
}
