import { describe, expect, it } from '@jest/globals';
import { crossTable, type PublishedTable } from '../../../../console/src/groups/publishedTable.js';

function tableOf(labels: readonly string[], rows: PublishedTable['rows']): PublishedTable {
  const dimensions = labels.map((label) => ({ label, kind: 'text' }) as const);
  return { title: 'Members', columns: [...dimensions, { label: 'People', kind: 'people' }], rows };
}

describe('crossTable', () => {
  it('sets the last of two dimensions across, and keeps suppressed numbers apart from those that are not', () => {
    const table = tableOf(
      ['Sex', 'Age'],
      [
        ['female', '0-6', 31],
        ['female', '7-12', null],
        ['male', '7-12', 44],
      ],
    );
    expect(crossTable(table)).toEqual({
      down: ['Sex'],
      across: 'Age',
      categories: ['0-6', '7-12'],
      rows: [
        { headings: ['female'], numbers: [31, null] },
        { headings: ['male'], numbers: [undefined, 44] },
      ],
    });
  });

  it('leaves two of three dimensions down the side', () => {
    const table = tableOf(
      ['Year', 'Sex', 'Area'],
      [
        ['2013', 'female', 'North', 20],
        ['2014', 'female', 'North', 25],
        ['2013', 'female', 'South', 30],
      ],
    );
    expect(crossTable(table)).toMatchObject({
      down: ['Year', 'Sex'],
      rows: [
        { headings: ['2013', 'female'], numbers: [20, 30] },
        { headings: ['2014', 'female'], numbers: [25, undefined] },
      ],
    });
  });

  it('leaves other tables as they are', () => {
    expect(crossTable(tableOf(['Sex'], [['female', 20]]))).toBeUndefined();
    const paths: PublishedTable = {
      title: 'Paths',
      columns: [
        { label: 'Path', kind: 'text' },
        { label: 'People', kind: 'people' },
        { label: 'Share', kind: 'share' },
      ],
      rows: [['school', 20, 0.1]],
    };
    expect(crossTable(paths)).toBeUndefined();
  });
});
