import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { formatProblems } from '../../policies/engine/parse/problems.js';
import { compileCity, smallCity, smallGraph, someDay, sourcesOf } from './smallCity.js';

/**
 * A fault: the file of the small city that has it, or rules to append to one, and the report to its owner.
 */
interface ProblemCase {
  readonly file: string;
  readonly text: string;
  readonly expected: string;
}

const folder = join(import.meta.dirname, 'policy-problems');

describe('the report to an owner', () => {
  it.each(readdirSync(folder).map((name) => name.replace('.yaml', '')))(
    'matches the golden file for a %s',
    (name) => {
      const { file, text, expected } = parse(
        readFileSync(join(folder, `${name}.yaml`), 'utf8'),
      ) as ProblemCase;
      expect(formatProblems(compileCity({ [file]: text }).problems)).toBe(expected);
    },
  );

  it('names missing files', () => {
    const rest = sourcesOf(smallCity).filter(({ file }) => !['roles.yaml', 'school.yaml'].includes(file));
    const { policy, problems } = compilePolicy(rest, smallGraph, someDay);
    expect(policy).toBeUndefined();
    expect(formatProblems(problems)).toBe(
      [
        'roles.yaml:1:1: error: The file roles.yaml is missing.',
        'school.yaml:1:1: warning: school has no policy, so all of it is denied.',
        '    Write school.yaml.',
        '1 error, 1 warning',
        '',
      ].join('\n'),
    );
  });

  it('names a file that holds the policy of another registry', () => {
    const sources = sourcesOf(smallCity).map(({ file, text }) => ({
      file: file === 'school.yaml' ? 'paths2.yaml' : file,
      text,
    }));
    const { policy, problems } = compilePolicy(sources, smallGraph, someDay);
    expect(policy).toBeUndefined();
    expect(formatProblems(problems)).toBe(
      [
        'paths2.yaml:1:11: error: paths2.yaml holds the policy of "school".',
        '    Name the file school.yaml.',
        '1 error, no warnings',
        '',
      ].join('\n'),
    );
  });

  it('is empty when nothing is wrong', () => {
    expect(formatProblems(compileCity({}).problems)).toBe('The policies have no errors.\n');
  });
});
