/**
 * @property extraction/verified-tls A database on another machine is read over TLS only, with the server's
 * name verified.
 * @enforcedBy registry-kit/extraction/source/databases/connectionUrl.ts
 */
import { describe, expect, it } from '@jest/globals';
import { parseConnection } from '../../../registry-kit/extraction/source/databases/connectionUrl.js';
import { CopyText } from '../../../registry-kit/extraction/source/databases/copyText.js';
import { databaseFault } from '../../../registry-kit/extraction/source/databases/databaseFault.js';
import { requireVersion } from '../../../registry-kit/extraction/source/databases/databaseSession.js';

const parse = (url: string, type: 'postgres' | 'mariadb' = 'postgres') =>
  parseConnection(url, type, 'health-database');

describe('the URL of a database', () => {
  it('is split into its parts', () => {
    expect(parse('postgres://reader:a%40b%2Fc@db.example:5433/ehr\n')).toEqual({
      host: 'db.example',
      port: 5433,
      database: 'ehr',
      user: 'reader',
      password: 'a@b/c',
      tls: {},
      lockSeconds: 60,
    });
  });

  it.each(['127.0.0.1', '127.9.9.9', 'localhost', '[::1]'])('is plain on this machine: %s', (host) => {
    expect(parse(`postgres://reader@${host}/ehr`).tls).toBeUndefined();
    expect(parse(`postgres://reader@${host}/ehr?sslmode=verify-full`).tls).toEqual({});
  });

  it.each(['10.0.0.5', 'localhost.example', '128.0.0.1', '127.999.0.1', '[::2]', '0.0.0.0'])(
    'needs TLS to any other machine: %s',
    (host) => expect(parse(`postgres://reader@${host}/ehr`).tls).toEqual({}),
  );

  it.each([
    ['postgres://reader:geheim@db/ehr?sslmode=disable', 'sslmode'],
    ['postgres://reader:geheim@db/ehr?sslmode=prefer', 'sslmode'],
    ['postgres://reader:geheim@db/ehr?sslmode=require', 'sslmode'],
    ['postgres://reader:geheim@127.0.0.1/ehr?sslmode=disable', 'sslmode'],
    ['postgres://reader:geheim@db/ehr?ssl=false', 'parameter'],
    ['postgres://reader:geheim@db/ehr?lock_timeout=0', 'lock_timeout'],
    ['postgres://reader:geheim@db/ehr?sslrootcert=/no/such/geheim.pem', 'sslrootcert'],
    ['postgres://reader:geheim%@db/ehr', 'password'],
    ['postgres://:geheim@db/ehr', 'user'],
    ['postgres://reader:geheim@db/', 'database'],
    ['mariadb://reader:geheim@db/ehr', 'postgres://user'],
    ['geheim', 'postgres://user'],
  ])('is refused, and not repeated: %s', (url, about) => {
    let message = '';
    try {
      parse(url);
    } catch (error) {
      expect(error).toMatchObject({ code: 'SECRET_INVALID' });
      ({ message } = error as Error);
    }
    expect(message).toContain(about);
    expect(message).not.toContain('geheim');
  });

  it('names a MariaDB server off this machine, because the driver compares no address', () => {
    expect(() => parse('mariadb://reader@10.0.0.5/ehr', 'mariadb')).toThrow('by its address');
  });
});

describe('a fault of a database', () => {
  it.each([
    [{ code: '57P01', message: '150378-901X' }, 'SOURCE_CONNECTION', 'SQLSTATE 57P01'],
    [{ code: '53100', message: '150378-901X' }, 'SOURCE_CONNECTION', 'SQLSTATE 53100'],
    [{ code: '22P02', message: '"150378-901X"' }, 'SOURCE_UNREADABLE', 'SQLSTATE 22P02'],
    [{ code: '25006', message: '' }, 'SOURCE_UNREADABLE', 'writes'],
    [{ code: '42501', routine: 'check_enable_rls' }, 'SOURCE_DENIED', 'row-level security'],
    [{ errno: 1062, sqlState: '23000', message: '150378-901X' }, 'SOURCE_UNREADABLE', 'error 1062'],
    [{ errno: 1053, sqlState: '08S01', message: '' }, 'SOURCE_CONNECTION', 'error 1053'],
    [{ code: 'ECONNRESET', message: '' }, 'SOURCE_CONNECTION', 'was lost'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: '' }, 'SOURCE_CONNECTION', 'another name'],
    [{ message: 'timeout expired' }, 'SOURCE_CONNECTION', 'does not answer'],
    [{ message: 'The server does not support SSL connections' }, 'SOURCE_CONNECTION', 'offer TLS'],
    [{ message: 'Connection terminated unexpectedly' }, 'SOURCE_CONNECTION', 'was lost'],
  ])('%j', (cause, code, about) => {
    const fault = databaseFault('clinic.visits', cause);
    expect(fault).toMatchObject({ code, message: expect.stringContaining(about) });
    expect(fault.message).not.toContain('150378');
    expect(fault.cause).toBeUndefined();
  });

  it('says that a server is too old', () => {
    expect(() => requireVersion('PostgreSQL', [11], [12])).toThrow('PostgreSQL 12 or newer');
    expect(() => requireVersion('MariaDB', [10, 4, 33], [10, 5])).toThrow('10.5 or newer');
    for (const found of [
      [10, 5],
      [10, 11, 2],
      [11, 4],
    ])
      requireVersion('MariaDB', found, [10, 5]);
  });
});

describe('the text of COPY', () => {
  const text = 'a\tb\n\t\n1\\t2\t3\\n4\\\\\nlast\trow\n';
  const rows = [
    ['a', 'b'],
    ['', ''],
    ['1\t2', '3\n4\\'],
    ['last', 'row'],
  ];

  it('is split in the same way, wherever it is cut', () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const parser = new CopyText(2);
      const parts = [text.slice(0, cut), text.slice(cut)].map((part) => parser.take(part));
      const [first, second] = [0, 1].map((column) => parts.flatMap((part) => part[column]!));
      expect(first!.map((value, row) => [value, second![row]])).toEqual(rows);
      expect(parser.isWhole).toBe(true);
    }
    const cutOff = new CopyText(2);
    cutOff.take('a\tb\nc');
    expect(cutOff.isWhole).toBe(false);
  });
});
