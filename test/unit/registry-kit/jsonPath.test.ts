import { describe, expect, it } from '@jest/globals';
import {
  JsonPathError,
  oneText,
  parseJsonPath,
} from '../../../registry-kit/extraction/source/json/jsonPath.js';

const ICD = 'http://hl7.org/fhir/sid/icd-10';
const condition = {
  resourceType: 'Condition',
  code: {
    coding: [
      { system: 'http://snomed.info/sct', code: '195662009' },
      { system: ICD, code: 'J06.9', userSelected: true },
    ],
  },
  subject: { reference: 'Patient/p1' },
  onset: { age: { value: 41 } },
  note: null,
  extension: [{ url: 'urn:a.b/c', valueCode: 'x' }],
  constructor: undefined,
};

describe('a path in JSON', () => {
  it.each([
    ['resourceType', ['Condition']],
    ['subject.reference', ['Patient/p1']],
    ['code.coding.code', ['195662009', 'J06.9']],
    ['code.coding[0].code', ['195662009']],
    ['code.coding[2].code', []],
    [`code.coding[system=${ICD}].code`, ['J06.9']],
    ['code.coding[system=urn:none].code', []],
    ['code.coding[userSelected=true].code', ['J06.9']],
    ['extension[url=urn:a.b/c].valueCode', ['x']],
    ['onset.age.value', ['41']],
    ['onset.age[0].value', ['41']],
    ['note', []],
    ['note.text', []],
    ['nothing.at.all', []],
    ['toString.name', []],
    ['__proto__.constructor.name', []],
  ])('leads along %s', (path, values) => {
    expect(parseJsonPath(path).values(condition)).toEqual(values);
  });

  it('has a fault where it leads to an object', () => {
    expect(parseJsonPath('code.coding').values(condition)).toBe('not-a-value');
  });

  it.each([
    ['9007199254740993', 'inexact-number'],
    ['-9007199254740993', 'inexact-number'],
    ['1e300', 'inexact-number'],
    ['9007199254740991', ['9007199254740991']],
    ['101.0', ['101']],
    ['0.1', ['0.1']],
    ['"9007199254740993"', ['9007199254740993']],
    ['""', []],
    ['false', ['false']],
    ['[["a"],null,["b"]]', ['a', 'b']],
  ])('reads the value %s', (json, values) => {
    expect(parseJsonPath('a').values(JSON.parse(`{ "a": ${json} }`))).toEqual(values);
  });

  it.each(['', '.a', 'a.', 'a..b', 'a[', 'a[]', 'a[-1]', 'a[b]', 'a]b', 'a[0]b', '[0]', 'a[b[c=d]=e]'])(
    'cannot be "%s"',
    (path) => {
      expect(() => parseJsonPath(path)).toThrow(JsonPathError);
    },
  );

  it('says where it cannot be read', () => {
    expect(() => parseJsonPath('code.coding[system].code')).toThrow(
      'At character 12 of "code.coding[system].code", expected [0] or [name=text].',
    );
  });
});

describe('the text of one value', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'a'], 'a'],
    [['a', 'b'], { fault: 'several-values' }],
    ['not-a-value', { fault: 'not-a-value' }],
  ] as const)('of %j is %j', (values, text) => {
    expect(oneText(values)).toEqual(text);
  });
});
