import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultLimits } from '../../../federation/execution/limits.js';
import { PolkuError } from '../../../lib/errors.js';
import { configurationWith, readConfiguration } from '../../../cli/configuration/readConfiguration.js';
import { configurationKeys, keyOfVariable, variableOf } from '../../../cli/configuration/schemaTree.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polku-configuration-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const file = join(folder, 'polku.yaml');
  writeFileSync(file, text);
  return file;
}

function faultsOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof PolkuError && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  throw new Error('Expected faults.');
}

describe('the configuration', () => {
  it('has defaults for all that a city need not choose', () => {
    const { data, gateway, identity } = configurationWith({});
    expect(data).toBe('data');
    expect(gateway).toMatchObject({ host: '127.0.0.1', port: 4000, epoch: '1' });
    expect(gateway.limits).toEqual(defaultLimits);
    expect(identity).toMatchObject({ audience: 'polku', issuers: [] });
  });

  it('lets the environment override the file, and an option both', () => {
    const file = fileWith('data: a\ngateway: { port: 1, host: a }\nidentity: { audience: a }\n');
    const { configuration, origins } = readConfiguration({
      file,
      environment: {
        POLKU_GATEWAY_PORT: '2',
        POLKU_GATEWAY_HOST: 'b',
        HOME: 'x',
        POLKU_AUDIT_SECRET: 'x',
        POLKU_SOURCE_HEALTH_DATABASE: 'x',
      },
      options: [{ path: ['gateway', 'port'], value: 3, origin: '--port' }],
    });
    expect(configuration.gateway).toMatchObject({ port: 3, host: 'b' });
    expect(configuration.identity.audience).toBe('a');
    expect(Object.fromEntries(origins)).toEqual({
      data: `${file}:1`,
      'identity.audience': `${file}:3`,
      'gateway.host': 'POLKU_GATEWAY_HOST',
      'gateway.port': '--port',
    });
  });

  it('reads paths of the file relative to its folder, and those of the environment as they are', () => {
    const file = fileWith('data: city\nsecrets: /run/secrets\n');
    const { data, secrets } = readConfiguration({ file, environment: {} }).configuration;
    expect([data, secrets]).toEqual([join(folder, 'city'), '/run/secrets']);
    const other = readConfiguration({ file, environment: { POLKU_DATA: 'here' } });
    expect(other.configuration.data).toBe('here');
  });

  it('reads a value that an alias repeats as two values', () => {
    writeFileSync(join(folder, 'a.pem'), '');
    const file = fileWith(
      'gateway: { tls: &tls { certificate: a.pem, key: a.pem } }\nregistry: { tls: *tls }\n',
    );
    const { gateway, registry } = readConfiguration({ file, environment: {} }).configuration;
    for (const { tls } of [gateway, registry])
      expect(tls).toEqual({ certificate: join(folder, 'a.pem'), key: join(folder, 'a.pem') });
    expect(gateway.tls).not.toBe(registry.tls);
  });

  it('lists the names of gateways where gateways have certificates, and the reverse', () => {
    const half = { certificate: import.meta.filename, key: import.meta.filename };
    for (const [key, lacks] of [
      ['clientAuthority', 'clientNames'],
      ['clientNames', 'clientAuthority'],
    ] as const) {
      const tls = { ...half, [key]: key === 'clientNames' ? ['gateway.example'] : import.meta.filename };
      expect(() => configurationWith({ 'registry.tls': tls })).toThrow(lacks);
    }
  });

  it('reads entries and lists of the environment', () => {
    const environment = {
      POLKU_REGISTRIES_HEALTH_URL: 'https://health.example',
      POLKU_IDENTITY_ISSUERS: '[{"issuer":"https://id.example"}]',
    };
    const { registries, identity } = readConfiguration({ file: null, environment }).configuration;
    expect(registries['health']).toEqual({
      joined: true,
      url: 'https://health.example',
      timeoutSeconds: 10,
      connections: 128,
    });
    expect(identity.issuers).toMatchObject([{ issuer: 'https://id.example', lifetimeSeconds: 86_400 }]);
  });

  it('reports all faults at once, each with its place and what to write', () => {
    const file = fileWith(`gateway:
  prot: 4000
  port: 70000
  tls: { certificate: missing.pem }
registries:
  health: { url: health.example }
`);
    const faults = faultsOf(() =>
      readConfiguration({
        file,
        environment: { POLKU_GATEWAY_DRAIN_SECONDS: 'soon', POLKU_GATWAY_PORT: '1' },
      }),
    );
    for (const line of [
      `${file}:2:3: error: "prot" is not known in "gateway".`,
      'Did you mean "port"?',
      `${file}:3:9: error: "port" is 70000.`,
      `${file}:4:8: error: "tls" lacks "key".`,
      `${file}:6:18: error: "health.example" is not of the form expected here.`,
      'POLKU_GATEWAY_DRAIN_SECONDS: error: "drainSeconds" should be a whole number, but is "soon".',
      'POLKU_GATWAY_PORT: error: The environment has this variable, but no key of the configuration has its name.',
      'Did you mean "POLKU_GATEWAY_PORT"?',
    ])
      expect(faults).toContain(line);
  });

  it('reads one section although others are not complete yet', () => {
    const file = fileWith(
      'gateway: { tls: { key: tls.key } }\nregistries: { education: { joined: false } }\n',
    );
    expect(() => readConfiguration({ file, environment: {} })).toThrow('"tls" lacks "certificate"');
    const { configuration } = readConfiguration({ file, environment: {}, section: 'registries' });
    expect(configuration.registries['education']!.joined).toBe(false);
    const wrong = fileWith('registries: { education: { joined: perhaps } }\n');
    expect(() => readConfiguration({ file: wrong, environment: {}, section: 'registries' })).toThrow(
      'joined',
    );
  });

  it('names a file that does not exist, and a configuration that cannot be read', () => {
    const file = fileWith('owners: people.yaml\n');
    expect(faultsOf(() => readConfiguration({ file, environment: {} }))).toContain(
      `${file}:1:9: error: There is no file people.yaml.`,
    );
    const none = join(folder, 'none.yaml');
    expect(faultsOf(() => readConfiguration({ file: none, environment: {} }))).toContain(none);
  });

  it('refuses what is not YAML, two values for a key, and a key that is no set of lines', () => {
    for (const [text, fault] of [
      ['data: [', ':1:'],
      ['data: a\ndata: b\n', ':2:1: error: This is not YAML: Map keys must be unique.'],
      ['gateway: 7\n', ':1:10: error: "gateway" should be a set of "name: value" lines, but is "7".'],
    ] as const)
      expect(faultsOf(() => readConfiguration({ file: fileWith(text), environment: {} }))).toContain(fault);
  });

  it('has a variable for each key, and none for two', () => {
    const variables = configurationKeys.map(({ path }) => variableOf(path));
    expect(new Set(variables).size).toBe(variables.length);
    for (const { path } of configurationKeys) {
      const named = path.map((name) => (name.startsWith('<') ? 'health' : name));
      expect(keyOfVariable(variableOf(named))?.path).toEqual(named);
    }
  });

  it('says of each key what it means', () => {
    for (const { path, node } of configurationKeys)
      expect([path.join('.'), node.description]).toEqual([path.join('.'), expect.stringMatching(/\.$/)]);
  });

  it('accepts origins as browsers write them, encrypted or of this machine', () => {
    const origins = ['https://app.example.org', 'http://localhost:5173', 'https://app.example.org:8443'];
    expect(configurationWith({ 'gateway.cors.origins': origins }).gateway.cors.origins).toEqual(origins);
    const wrong = [
      '*',
      'null',
      'https://*.example.org',
      'https://app.example.org/',
      'http://app.example.org',
    ];
    const faults = faultsOf(() => configurationWith({ 'gateway.cors.origins': wrong }));
    for (const origin of wrong) expect(faults).toContain(`"${origin}" is not of the form expected here.`);
    expect(faults).toContain('Write an origin without a path');
  });
});
