/**
 * @property federation/clean-connections
 */
import { describe, expect, it } from '@jest/globals';
import { ResponseReader } from '../../../federation/http/responseReader.js';

const LIMIT = 1_000;

/**
 * Reads a response in pieces of one size, into memory that is overwritten each time, like the buffer of a
 * connection.
 */
function read(response: string, pieceBytes: number, reader = new ResponseReader(LIMIT)) {
  reader.begin();
  const bytes = Buffer.from(response);
  const memory = Buffer.alloc(pieceBytes);
  let body: string | undefined;
  for (let at = 0; at < bytes.length && body === undefined; at += pieceBytes) {
    const count = bytes.copy(memory, 0, at, at + pieceBytes);
    body = reader.read(memory.subarray(0, count));
  }
  const ended = body ?? reader.end();
  return { body: ended, status: reader.status, kept: reader.keepAliveMs > 0 };
}

const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

describe('an HTTP/1.1 response', () => {
  it.each<[string, string, ReturnType<typeof read>]>([
    [
      'of a length',
      'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n{"ä"}',
      { body: '{"ä"}', status: 200, kept: true },
    ],
    ['of no bytes', 'HTTP/1.1 500 \r\ncontent-length:0\r\n\r\n', { body: '', status: 500, kept: true }],
    ['without any body', 'HTTP/1.1 204 No Content\r\n\r\n', { body: '', status: 204, kept: true }],
    [
      'in chunks',
      `${chunked}3;name=value\r\n{"a\r\nA\r\n":"0123456\r\n1\r\n"\r\n01\r\n}\r\n0\r\ntrailer: x\r\n\r\n`,
      { body: '{"a":"0123456"}', status: 200, kept: true },
    ],
    ['until the end', 'HTTP/1.0 200 OK\r\n\r\n{}', { body: '{}', status: 200, kept: false }],
    [
      'after interim ones',
      'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}',
      { body: '{}', status: 200, kept: true },
    ],
    [
      'that closes',
      'HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 2\r\n\r\n{}',
      { body: '{}', status: 200, kept: false },
    ],
    [
      'that will close soon',
      'HTTP/1.1 200 OK\r\nkeep-alive: timeout=0\r\ncontent-length: 2\r\n\r\n{}',
      { body: '{}', status: 200, kept: false },
    ],
    [
      'that breaks off',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}',
      { body: undefined, status: 200, kept: true },
    ],
    ['that breaks off in chunks', `${chunked}2\r\n{}\r\n`, { body: undefined, status: 200, kept: true }],
  ])('is read: one %s', (_, response, expected) => {
    for (const pieceBytes of [1, 2, 3, 7, 1_000]) expect(read(response, pieceBytes)).toEqual(expected);
  });

  it('leaves nothing in the buffer for the next response on its connection', () => {
    const reader = new ResponseReader(LIMIT);
    expect(read(`${chunked}2\r\n{}\r\n0\r\n\r\n`, 4, reader).body).toBe('{}');
    expect(read('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1', 4, reader).body).toBe('1');
    expect(read(`${chunked}1\r\n2\r\n0\r\n\r\n`, 4, reader).body).toBe('2');
  });

  it('ends its connection when it is longer than announced', () => {
    const surplus = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n';
    expect(read(surplus, 1_000)).toEqual({ body: '{}', status: 200, kept: false });
    expect(read(`${chunked}0\r\n\r\n{}`, 1_000)).toEqual({ body: '', status: 200, kept: false });
  });

  it.each([
    ['of another protocol', 'SSH-2.0-x\r\n\r\n'],
    ['that changes the protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['of two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n'],
    ['of a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\n'],
    ['of a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['of another encoding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
    ['with a line that goes on', 'HTTP/1.1 200 OK\r\ntransfer-encoding:\r\n chunked\r\n\r\n'],
    ['with a line feed alone', 'HTTP/1.1 200 OK\ncontent-length: 2\r\n\r\n{}'],
    ['with a carriage return alone', 'HTTP/1.1 200 OK\r\na: b\rcontent-length: 2\r\n\r\n{}'],
    ['of a chunk without a size', `${chunked}\r\n{}`],
    ['of a chunk of a size below nothing', `${chunked}-1\r\n`],
    ['of a chunk longer than its size', `${chunked}1\r\n{}\r\n`],
    ['that is too large', `HTTP/1.1 200 OK\r\ncontent-length: ${LIMIT + 1}\r\n\r\n`],
    ['whose chunks are too large', `${chunked}${(LIMIT + 1).toString(16)}\r\n${'x'.repeat(LIMIT + 1)}`],
    ['that goes on too long', `HTTP/1.0 200 OK\r\n\r\n${'x'.repeat(LIMIT + 1)}`],
    ['whose head is too large', `HTTP/1.1 200 OK\r\na: ${'x'.repeat(70_000)}\r\n\r\n`],
    ['whose head never ends', 'x'.repeat(70_000)],
    ['whose line between chunks never ends', `${chunked}1;${'x'.repeat(5_000)}`],
  ])('is refused: one %s', (_, response) => {
    for (const pieceBytes of [7, 100_000]) expect(() => read(response, pieceBytes)).toThrow();
  });
});
