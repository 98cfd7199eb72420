import { describe, expect, it } from '@jest/globals';
import { Feed } from '../../../schema/feed.js';

const overTheWire = (feed: Feed): Feed => Feed.from(JSON.parse(JSON.stringify(feed)));

describe('a feed', () => {
  it('arrives as it was sent', () => {
    const columns = {
      person: Uint32Array.of(1, 4_294_967_295),
      startedAt: Int32Array.of(20120514, 0),
      hours: Float64Array.of(1.5, Number.NaN),
      id: BigUint64Array.of(2n ** 64n - 1n, 0n),
      service: ['T11', null],
    };
    const arrived = overTheWire(Feed.data(columns));
    expect(arrived.state).toBe('data');
    expect(arrived.columns).toEqual(columns);
  });

  it('keeps its state: withheld or failed', () => {
    expect(overTheWire(Feed.withheld).state).toBe('withheld');
    expect(overTheWire(Feed.failed).state).toBe('failed');
  });

  it('is passed by reference in one process', () => {
    const feed = Feed.data({});
    expect(Feed.from(feed)).toBe(feed);
  });

  it('sends only its own part of a shared buffer', () => {
    const whole = Uint32Array.of(1, 2, 3, 4);
    expect(overTheWire(Feed.data({ person: whole.subarray(1, 3) })).columns['person']).toEqual(
      Uint32Array.of(2, 3),
    );
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'data'],
    ['an unknown state', { state: 'allowed', columns: {} }],
    ['no columns', { state: 'data' }],
    ['a column of an unknown type', { state: 'data', columns: { a: { type: 'Object', base64: '' } } }],
    ['a column of an inherited name', { state: 'data', columns: { a: { type: 'constructor', base64: '' } } }],
    [
      'bytes that do not fill a number',
      { state: 'data', columns: { a: { type: 'Uint32Array', base64: 'AAAA' } } },
    ],
  ])('counts as failed when it is %s', (_what, value) => {
    expect(Feed.from(value)).toBe(Feed.failed);
  });
});
