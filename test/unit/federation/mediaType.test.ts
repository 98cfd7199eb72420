/**
 * @property gateway/body-after-token
 */
import { describe, expect, it } from '@jest/globals';
import { acceptedType, isJson } from '../../../federation/http/graphqlRequest.js';

const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';

describe('the media type of an answer', () => {
  it.each([
    [undefined, JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    ['Application/JSON; charset=utf-8', JSON_TYPE],
    ['text/html, application/json;q=0.9', JSON_TYPE],
    ['application/graphql-response+json, application/json;q=0.9', GRAPHQL_TYPE],
    ['application/graphql-response+json, application/json', GRAPHQL_TYPE],
    ['application/json, application/graphql-response+json', JSON_TYPE],
    ['application/json;q=0.1, */*;q=0.5', GRAPHQL_TYPE],
    ['application/json;q=0, */*', GRAPHQL_TYPE],
    ['application/json;q=0', undefined],
    ['text/html', undefined],
    ['', undefined],
  ])('under accept: %s is %s', (accept, type) => {
    expect(acceptedType(accept)).toBe(type);
  });
});

describe('the type of a body', () => {
  it.each([
    'application/json',
    'Application/JSON',
    'APPLICATION/json ;  Charset=UTF-8',
    'application/json;charset="utf-8"',
    'application/json; profile="a;b,\\"c\\""',
    'application/json;',
    ' application/json\t',
  ])('G07: accepts %j as JSON', (type) => {
    expect(isJson(type)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'application/json-patch+json',
    'application/jsonp',
    'application/json+ld',
    'application/graphql',
    'application/x-json',
    'xapplication/json',
    'text/json',
    'application /json',
    'application/ json',
    'application/json, text/plain',
    'application/json text/plain',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset = utf-8',
    'application/json; "charset"=utf-8',
    'application/json; charset="utf-8',
  ])('G07: refuses %j as JSON', (type) => {
    expect(isJson(type)).toBe(false);
  });

  it.each([
    ['Application/GraphQL-Response+JSON', GRAPHQL_TYPE],
    ['application/graphql-response+json;CHARSET=UTF-8;Q=0.5', GRAPHQL_TYPE],
    ['application/json;version=2', undefined],
    ['application/json-seq', undefined],
    ['application/jsonp, text/plain;q=0.1', undefined],
    ['text/html;p="a,application/json"', undefined],
    ['application/json;q=2', undefined],
    ['application/json;q=0.0001, application/graphql-response+json;q=0.1', GRAPHQL_TYPE],
    ['nonsense, application/json', JSON_TYPE],
  ])('G07: answers accept: %j by %s', (accept, type) => {
    expect(acceptedType(accept)).toBe(type);
  });
});
