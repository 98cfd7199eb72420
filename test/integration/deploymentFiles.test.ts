import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { readConfiguration } from '../../cli/configuration/readConfiguration.js';
import type { Configuration } from '../../cli/configuration/configuration.js';
import { packageRoot } from '../../lib/packageRoot.js';

const compose = join(packageRoot(), 'deploy', 'compose');
const kubernetes = join(packageRoot(), 'deploy', 'kubernetes');
const REGISTRIES = ['population', 'health', 'social', 'education'];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'polku-deployment-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Reads a configuration as its container would, with an empty file wherever it names one. */
async function configurationOf(
  file: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Configuration> {
  const here = (text: string) => text.replace(/\/(?:var\/lib|etc)\/polku\b/g, (place) => join(root, place));
  const text = here(await readFile(file, 'utf8'));
  const variables = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, here(value)]),
  );
  for (const path of [text, ...Object.values(variables)].flatMap(
    (one) => one.match(/\/[^\s,}]+\.\w+/g) ?? [],
  )) {
    if (!path.startsWith(root)) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '');
  }
  const copy = join(root, 'polku.yaml');
  await writeFile(copy, text);
  return readConfiguration({ file: copy, environment: variables }).configuration;
}

interface ComposeService {
  readonly command?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}

/** The variables of a service that are keys of Polku's configuration. */
function ownVariables({ environment = {} }: ComposeService): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('POLKU_')));
}

describe('deploy/compose', () => {
  let services: Readonly<Record<string, ComposeService>>;
  let volumes: Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    ({ services, volumes } = parse(await readFile(join(compose, 'compose.yaml'), 'utf8'), {
      merge: true,
    }) as { services: typeof services; volumes: typeof volumes });
  });

  it('mounts volumes and files that exist', () => {
    const mounted = Object.values(services).flatMap((service) =>
      service.volumes.map((volume) => volume.split(':')[0]!),
    );
    const lost = mounted.filter((name) =>
      name.startsWith('.') ? !existsSync(join(compose, name)) : !Object.hasOwn(volumes, name),
    );
    expect(mounted.length).toBeGreaterThan(20);
    expect(lost).toEqual([]);
  });

  it('gives the gateway a configuration with every registry over mutual TLS', async () => {
    const { registries } = await configurationOf(join(compose, 'gateway.yaml'));
    expect(Object.keys(registries)).toEqual(REGISTRIES);
    for (const [name, { url, tls }] of Object.entries(registries)) {
      expect(new URL(url!)).toMatchObject({ protocol: 'https:', hostname: name });
      expect(tls?.certificate).toContain('gateway.pem');
    }
  });

  it.each(REGISTRIES)('gives the registry %s a configuration with its own certificate', async (name) => {
    const { command, read_only, cap_drop } = services[name]!;
    expect({ command, read_only, cap_drop }).toEqual({
      command: ['subgraph', name],
      read_only: true,
      cap_drop: ['ALL'],
    });
    const { registry } = await configurationOf(join(compose, 'registry.yaml'), ownVariables(services[name]!));
    expect(registry.tls?.certificate).toContain(`${name}.pem`);
    expect(registry.tls?.clientNames).toEqual(['gateway']);
  });

  it('has one provider for all, whose groups the mapping of claims knows', async () => {
    const { identity: gateway } = await configurationOf(join(compose, 'gateway.yaml'));
    const { identity: registry } = await configurationOf(
      join(compose, 'registry.yaml'),
      ownVariables(services['health']!),
    );
    expect(registry).toEqual(gateway);
    const realm = JSON.parse(await readFile(join(compose, 'realm.json'), 'utf8')) as {
      groups: { name: string }[];
    };
    const table = gateway.issuers[0]!.claims!.roles as { table: object };
    expect(Object.keys(table.table)).toEqual(realm.groups.map(({ name }) => name));
  });
});

interface Container {
  readonly args: readonly string[];
  readonly ports?: readonly { readonly name: string }[];
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly automountServiceAccountToken: boolean;
    readonly securityContext: object;
    readonly containers: readonly Container[];
    readonly volumes: readonly {
      readonly name: string;
      readonly persistentVolumeClaim?: { claimName: string };
    }[];
  };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly template?: PodTemplate;
    readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } };
    readonly ports?: readonly { readonly targetPort: string }[];
  };
}

describe('deploy/kubernetes', () => {
  let manifests: readonly Manifest[];
  let pods: readonly PodTemplate[];
  beforeAll(async () => {
    const { resources } = parse(await readFile(join(kubernetes, 'kustomization.yaml'), 'utf8')) as {
      resources: string[];
    };
    const texts = await Promise.all(resources.map((file) => readFile(join(kubernetes, file), 'utf8')));
    manifests = texts.flatMap((text) => parseAllDocuments(text).map((one) => one.toJS() as Manifest));
    pods = manifests.flatMap(({ spec }) => spec?.template ?? spec?.jobTemplate?.spec.template ?? []);
  });

  it('has a pod for the gateway, for each registry and for the extraction, all of them restricted', () => {
    expect(pods.map(({ spec }) => spec.containers[0]!.args.slice(0, 2).join(' '))).toEqual([
      ...REGISTRIES.map((name) => `subgraph ${name}`),
      'serve',
      'extract --all',
    ]);
    for (const { spec } of pods) {
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(spec.containers[0]!.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('mounts only volumes of the pod, and claims only storage that it asks for', () => {
    const claims = manifests
      .filter(({ kind }) => kind === 'PersistentVolumeClaim')
      .map(({ metadata }) => metadata.name);
    for (const { spec } of pods) {
      const names = spec.volumes.map(({ name }) => name);
      expect(spec.containers[0]!.volumeMounts.filter(({ name }) => !names.includes(name))).toEqual([]);
      const claimed = spec.volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
      expect(claimed.filter((name) => !claims.includes(name))).toEqual([]);
    }
  });

  it('has services that lead to pods and their ports', () => {
    const services = manifests.filter(({ kind }) => kind === 'Service');
    expect(services.map(({ metadata }) => metadata.name)).toEqual([...REGISTRIES, 'gateway']);
    for (const { spec } of services) {
      const [label] = Object.entries(spec.selector!);
      const pod = pods.find(({ metadata }) => metadata.labels[label![0]] === label![1])!;
      const ports = pod.spec.containers[0]!.ports!.map(({ name }) => name);
      expect(spec.ports!.map(({ targetPort }) => targetPort)).toEqual(ports);
    }
  });

  it('names only files that are here, or that its README says to make', async () => {
    const { configMapGenerator } = parse(await readFile(join(kubernetes, 'kustomization.yaml'), 'utf8')) as {
      configMapGenerator: { files: string[] }[];
    };
    const files = configMapGenerator.flatMap((map) => map.files.map((file) => file.split('=').at(-1)!));
    const here = await readdir(kubernetes);
    expect(files.filter((file) => !here.includes(file))).toEqual(['owners.yaml', 'gateway.key.pub']);
  });

  it('configures the gateway and the registries for mutual TLS', async () => {
    const { registries } = await configurationOf(join(kubernetes, 'polku-gateway.yaml'));
    const { registry } = await configurationOf(join(kubernetes, 'polku-registry.yaml'));
    expect(Object.values(registries).map(({ url }) => new URL(url!).hostname)).toEqual(
      REGISTRIES.map((name) => `${name}.polku.svc`),
    );
    expect(registry.tls?.clientNames).toEqual(['gateway.polku.svc']);
  });
});
