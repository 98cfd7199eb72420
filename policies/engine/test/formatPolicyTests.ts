import { groupBy } from '../parse/groupBy.js';
import type { PolicyTestReport } from './policyTest.js';

/** Results as lines for people: each case by its name, faults below it, and which rules no case rests on. */
export function formatPolicyTests({ results, coverage }: PolicyTestReport): string {
  const files = [...groupBy(results, ({ place }) => place.file)].flatMap(([file, cases]) => [
    '',
    file,
    ...cases.flatMap(({ name, place, failures }) => [
      `  ${failures.length === 0 ? 'ok  ' : 'FAIL'} ${name}${failures.length === 0 ? '' : ` (line ${place.line})`}`,
      ...failures.map((failure) => `         ${failure}`),
    ]),
  ]);
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const untested = coverage.filter(({ covered }) => !covered);
  const sum = (kind: string) => {
    const all = coverage.filter((rule) => rule.kind === kind);
    return `${all.filter(({ covered }) => covered).length} of ${all.length} ${kind}s`;
  };
  return [
    ...files.slice(1),
    '',
    `${results.length - failed} of ${results.length} cases hold; they rest on ${sum('grant')} and ${sum('prohibition')}.`,
    ...untested.map(
      ({ id, kind, place }) => `No case rests on the ${kind} ${id}, ${place.file}:${place.line}.`,
    ),
    '',
  ].join('\n');
}
