/**
 * @property federation/pinned-contracts
 */
import { describe, expect, it } from '@jest/globals';
import { contractDifferences } from '../../../gateway/registries/contractDifferences.js';
import { healthSdl, hostileSchemas } from '../../city/hostileSchemas.js';

describe('the differences of an SDL from its contract', () => {
  it.each(hostileSchemas.map((schema) => [schema.what, schema] as const))(
    'G01: name %s by its coordinate',
    (_, { sdl, named }) => {
      const differences = contractDifferences(healthSdl, sdl);
      expect(differences).toEqual(expect.arrayContaining([expect.stringContaining(named)]));
      expect(differences.join()).not.toContain('fields:');
    },
  );

  it.each([
    ['itself', healthSdl],
    ['white space and comments', `# older\n\n${healthSdl.replaceAll('\n', '\n\n  ')}`],
    ['descriptions', healthSdl.replaceAll(/"""[^"]*"""/g, '"""Other words."""')],
    ['no descriptions', healthSdl.replaceAll(/"""[^"]*"""/g, '')],
    ['the order of fields', healthSdl.replace(/( {2}service: String\n)( {2}unit: String\n)/, '$2$1')],
  ])('G01: do not include %s', (_, sdl) => {
    expect(contractDifferences(healthSdl, sdl)).toEqual([]);
  });

  it.each([
    ['no GraphQL', 'type Query {', 'a text that is not GraphQL'],
    ['nothing', '', 'a text that is not GraphQL'],
    ['a query', '{ x }', 'OperationDefinition is not in the contract'],
    ['a type twice', `${healthSdl}\ntype Query { x: Int }`, 'Query differs'],
    ['a deep nest', `type Query { x: ${'['.repeat(100_000)} }`, 'a text that is not GraphQL'],
    ['a huge text', `${healthSdl}#${'x'.repeat(2 ** 20)}`, 'a text of'],
    ['an extension', `${healthSdl}\nextend type Person { x: Int }`, 'Person.x is not in the contract'],
    [
      'an own scalar',
      healthSdl.replace('scalar Date', 'scalar Date @inaccessible'),
      'Date @inaccessible is added',
    ],
    ['a root type', healthSdl.replace('query: Query', 'query: Person'), 'schema differs'],
    [
      'a default',
      healthSdl.replace('until: Date ', 'until: Date = "2000-01-01" '),
      'Person.healthContacts(until:) differs',
    ],
    ['a directive’s definition', healthSdl.replace('on ARGUMENT_DEFINITION', 'on OBJECT'), '@tests differs'],
  ])('G01: name %s', (_, sdl, named) => {
    expect(contractDifferences(healthSdl, sdl).join()).toContain(named);
  });

  it('G01: shorten a long list of long names', () => {
    const fields = Array.from({ length: 1000 }, (_, i) => `${'x'.repeat(500)}${i}: Int`).join('\n');
    const differences = contractDifferences(healthSdl, `${healthSdl}\ntype Many { ${fields} }`);
    expect(differences).toHaveLength(21);
    expect(differences.at(-1)).toBe('981 more');
    expect(differences.join().length).toBeLessThan(4000);
  });
});
