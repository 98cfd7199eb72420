import { describe, expect, it } from '@jest/globals';
import { acceptedType } from '../../../gateway/bare/mediaType.js';

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
