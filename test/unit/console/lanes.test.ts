import { describe, expect, it } from '@jest/globals';
import { arrangeLanes } from '../../../console/src/people/lanes.js';
import type { DrawnStep } from '../../../console/src/people/servicePath.js';

const step = (
  sector: string,
  service: string,
  startedAt: string,
  endedAt: string,
  person = 'a',
): DrawnStep => ({
  person: { id: person },
  sector,
  service,
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
    const lanes = arrangeLanes({ members: undefined, path: { steps, withheld: ['EDUCATION'] } });
    expect(lanes.map(({ title, isWithheld }) => [title, isWithheld])).toEqual([
      ['Health', false],
      ['Social', false],
      ['Education', true],
    ]);
    expect(lanes[0]?.rows.map(({ label, bars }) => [label, bars.length])).toEqual([
      ['GP', 2],
      [undefined, 1],
      ['DENTAL', 1],
    ]);
    expect(lanes[0]?.subtitle).toBe('4 episodes, 8 contacts');
  });

  it('are the members of a family, eldest first, also those without steps', () => {
    const child = { person: { id: 'a', birthYear: '2009', sex: 'FEMALE' }, role: 'CHILD' };
    const parent = { person: { id: 'b', birthYear: '1980', sex: null }, role: 'PARENT' };
    const lanes = arrangeLanes({
      members: [child, parent],
      path: { steps: [step('HEALTH', 'GP', '2010', '2010', 'a')], withheld: [] },
    });
    expect(lanes.map(({ title, rows }) => [title, rows.length])).toEqual([
      ['Parent, born 1980', 0],
      ['Child, born 2009, female', 1],
    ]);
  });

  it('leave out steps whose dates are withheld', () => {
    const steps = [{ ...step('HEALTH', 'GP', '2010', '2010'), startedAt: null }];
    expect(arrangeLanes({ members: undefined, path: { steps, withheld: [] } })).toEqual([]);
  });
});
