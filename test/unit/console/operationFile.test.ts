import { describe, expect, it } from '@jest/globals';
import { operationFile, readOperationFile } from '../../../console/src/explorer/operationFile.js';

const SEALED = 'aB3-_kLmN0pQrStUvWxYz1';
const QUERY = `# Children of one family.
query Path($id: FamilyID!, $from: Date!, $names: [PersonID!]) {
  family(id: $id) { servicePath(from: $from) { withheld } }
}`;

describe('an operation in a file', () => {
  it('has its variables, and opens as it was', () => {
    const { text, leftOut } = operationFile({ query: QUERY, variables: '{ "from": "2010-01-01" }' });
    expect(text).toBe(`# Variables: {"from":"2010-01-01"}\n${QUERY}\n`);
    expect(leftOut).toEqual([]);
    const opened = readOperationFile(text);
    expect(opened.query.trim()).toBe(QUERY);
    expect(JSON.parse(opened.variables)).toEqual({ from: '2010-01-01' });
    expect(readOperationFile('{ me { id } }')).toEqual({ query: '{ me { id } }', variables: '' });
  });

  it('has no variable that may identify somebody, by its type or its value', () => {
    const variables = {
      id: 'short',
      names: [SEALED],
      filter: { any: [{ person: SEALED }] },
      code: '131052-9983',
      from: '2010-01-01',
    };
    const { text, leftOut } = operationFile({ query: QUERY, variables: JSON.stringify(variables) });
    expect(leftOut).toEqual(['id', 'names', 'filter', 'code']);
    expect(text).toContain('{"from":"2010-01-01"}');
    for (const value of ['short', SEALED, '131052-9983']) expect(text).not.toContain(value);
  });

  it.each([
    ['a literal', `{ person(id: "${SEALED}") { birthYear } }`],
    ['an identity code in a comment', '# 131052-9983\n{ me { birthYear } }'],
    ['a comment', `# ${SEALED}\n{ me { birthYear } }`],
    ['a block of text', `{ person(id: """${SEALED}""") { birthYear } }`],
  ])('has no id in %s', (_, query) => {
    const { text } = operationFile({ query, variables: '' });
    expect(text).not.toContain(SEALED);
    expect(text).not.toContain('131052-9983');
    expect(() => readOperationFile(text)).not.toThrow();
  });

  it('is refused if it is not GraphQL, or its variables are not JSON', () => {
    expect(() => operationFile({ query: '{', variables: '' })).toThrow();
    expect(() => operationFile({ query: '{ me { id } }', variables: '[1]' })).toThrow();
    expect(() => readOperationFile('hello')).toThrow();
    expect(() => readOperationFile('# Variables: nothing\n{ me { id } }')).toThrow();
  });
});
