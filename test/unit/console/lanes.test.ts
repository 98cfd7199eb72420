import { describe, expect, it } from '@jest/globals';
import { arrangeLanes } from '../../../console/src/paths/lanes.js';
import { layOut } from '../../../console/src/paths/layout.js';
import { pathWords } from '../../../console/src/paths/pathWords.js';
import type { DrawnStep } from '../../../console/src/paths/servicePath.js';
import { formatIn } from '../../../console/src/texts/useFormat.js';
import { textsIn } from './textsIn.js';

const words = pathWords(textsIn('paths', 'en'), formatIn('en').date);

const step = (
  sector: string,
  service: string,
  startedAt: string,
  endedAt: string,
  person = 'a',
): DrawnStep => ({
  person: { id: person },
  sector,
  service: { code: service, label: null },
  startedAt,
  endedAt,
  contacts: 2,
});

describe('the lanes of a service path', () => {
  it('are the sectors of a person, with a row for each service and more for overlapping steps', () => {
    const steps = [
      step('SOCIAL', 'OPEN', '2010', '2011'),
      step('HEALTH', 'GP', '2010-01-01', '2010-02-01'),
      step('HEALTH', 'GP', '2010-01-15', '2010-03-01'),
      step('HEALTH', 'GP', '2011-01-01', '2011-02-01'),
      step('HEALTH', 'DENTAL', '2012-01-01', '2012-02-01'),
    ];
    const lanes = arrangeLanes({ members: undefined, path: { steps, withheld: ['EDUCATION'] } }, words);
    expect(lanes.map(({ title, isWithheld }) => [title, isWithheld])).toEqual([
      ['Health', false],
      ['Social services', false],
      ['Early education', true],
    ]);
    expect(lanes[0]?.rows.map(({ label, bars }) => [label, bars.length])).toEqual([
      ['GP', 2],
      [undefined, 1],
      ['DENTAL', 1],
    ]);
    expect(lanes[0]?.subtitle).toBe('4 episodes, 8 contacts');
  });

  it.each([
    [350, 'Outpatient menta…'],
    [1000, 'Outpatient mental health care'],
  ])('have labels that end before the marks, %s pixels wide', (width, label) => {
    const steps = [step('HEALTH', 'Outpatient mental health care', '2010-01-01', '2010-02-01')];
    const lanes = arrangeLanes({ members: undefined, path: { steps, withheld: [] } }, words);
    const { rows } = layOut(lanes, { from: 2010, until: 2012 }, width, String).lanes[0]!;
    expect(rows[0]?.label).toBe(label);
    expect(rows[0]?.bars[0]?.x).toBeGreaterThan(14 + label.length * 6.4);
  });

  it('are the members of a family, eldest first, also those without steps', () => {
    const child = {
      person: { id: 'a', birthYear: '2009', sex: { code: 'female', label: 'Female' } },
      role: 'CHILD',
    };
    const parent = { person: { id: 'b', birthYear: '1980', sex: null }, role: 'PARENT' };
    const path = { steps: [step('HEALTH', 'GP', '2010', '2010', 'a')], withheld: [] };
    const lanes = arrangeLanes({ members: [child, parent], path }, words);
    expect(lanes.map(({ title, rows }) => [title, rows.length])).toEqual([
      ['Parent, born 1980', 0],
      ['Child, born 2009, female', 1],
    ]);
  });

  it('leave out steps whose dates are withheld', () => {
    const steps = [{ ...step('HEALTH', 'GP', '2010', '2010'), startedAt: null }];
    expect(arrangeLanes({ members: undefined, path: { steps, withheld: [] } }, words)).toEqual([]);
  });
});
