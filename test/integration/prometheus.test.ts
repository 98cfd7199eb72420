import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { metricsOf } from '../../cli/metricsPage.js';
import { errorTable } from '../../lib/errors.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { issueInto } from '../../lib/tls/authorityFolder.js';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';
import { until } from '../city/until.js';
import { describeWhere, isInstalled } from '../programs.js';

const run = promisify(execFile);
const deploy = join(packageRoot(), 'deploy');

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly run_book: string };
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

async function readAlerts(): Promise<readonly Alert[]> {
  const text = await readFile(join(deploy, 'prometheus', 'alerts.yml'), 'utf8');
  return (parse(text) as { groups: [{ rules: Alert[] }] }).groups[0].rules;
}

async function readPanels(): Promise<readonly Panel[]> {
  const text = await readFile(join(deploy, 'grafana', 'polku.json'), 'utf8');
  return (JSON.parse(text) as { panels: Panel[] }).panels;
}

async function readExpressions(): Promise<readonly string[]> {
  const ofPanels = (await readPanels()).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  return [...(await readAlerts()).map(({ expr }) => expr), ...ofPanels];
}

/** Labels that Prometheus adds to every series. */
const ADDED_LABELS = ['job', 'instance', 'le'];
const SERIES = /\b((?:polku|process|nodejs)_\w+)(?:\{([^}]*)\})?/g;

describe('the alerts and the dashboard', () => {
  it('use metrics and labels that the code has', async () => {
    const labels = new Map<string, ReadonlySet<string>>();
    for (const kind of ['gateway', 'registry'] as const)
      for (const metric of metricsOf(kind).getMetricsAsArray()) {
        const known = new Set([
          ...(metric as unknown as { labelNames: string[] }).labelNames,
          ...ADDED_LABELS,
        ]);
        const isHistogram = String(metric.type) === 'histogram';
        const suffixes = isHistogram ? ['_bucket', '_sum', '_count'] : [''];
        for (const suffix of suffixes) labels.set(metric.name + suffix, known);
      }
    const unknown: string[] = [];
    let used = 0;
    for (const expr of await readExpressions())
      for (const [, name, matchers = ''] of expr.matchAll(SERIES)) {
        used += 1;
        const known = labels.get(name!);
        if (!known) unknown.push(name!);
        for (const [, label] of matchers.matchAll(/(\w+)\s*[=!]/g))
          if (known && !known.has(label!)) unknown.push(`${name}{${label}}`);
      }
    expect(unknown).toEqual([]);
    expect(used).toBeGreaterThan(40);
  });

  it('name error codes that exist', async () => {
    const codes = (await readExpressions()).flatMap((expr) =>
      [...expr.matchAll(/code="(\w+)"/g)].map(([, code]) => code!),
    );
    expect(codes.length).toBeGreaterThan(2);
    expect(codes.filter((code) => !Object.hasOwn(errorTable, code))).toEqual([]);
  });

  it('have a test and a run book for each alert', async () => {
    const tests = await readFile(join(deploy, 'prometheus', 'alerts.test.yml'), 'utf8');
    const page = await readFile(join(packageRoot(), 'docs', 'how-to', 'run-books.md'), 'utf8');
    const anchors = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) =>
      title!.toLowerCase().replaceAll(' ', '-'),
    );
    for (const { alert, annotations } of await readAlerts()) {
      expect(tests).toContain(`alertname="${alert}"`);
      const [file, anchor] = annotations.run_book.split('#');
      expect(file).toBe('docs/how-to/run-books.md');
      expect(anchors).toContain(anchor);
    }
  });
});

const describePrometheus = describeWhere(
  isInstalled('promtool') && isInstalled('prometheus'),
  'Prometheus is not installed: install prometheus.',
);

describePrometheus('Prometheus', () => {
  let folder: string;
  let city: TestCity;
  let served: ServedCity;
  let prometheus: ChildProcess | undefined;
  let ready: URL;

  beforeAll(async () => {
    for (const method of ['error', 'log'] as const) jest.spyOn(console, method).mockImplementation(() => {});
    folder = await mkdtemp(join(tmpdir(), 'polku-prometheus-'));
    await cp(join(deploy, 'prometheus'), folder, { recursive: true });
    const [tls] = await issueInto(folder, [['127.0.0.1']], { uses: ['server'], days: 1, renew: false });
    city = await makeCity();
    served = await serveCity(city, { keys: { 'admin.port': 0, 'admin.tls': tls } });
  });

  afterAll(async () => {
    prometheus?.kill('SIGKILL');
    await served?.stop();
    await city?.remove();
    await rm(folder, { recursive: true, force: true });
    jest.restoreAllMocks();
  });

  it('accepts the configuration, the alerts and their tests', async () => {
    await run('promtool', ['check', 'config', join(folder, 'prometheus.yml')]);
    const { stdout } = await run('promtool', ['test', 'rules', join(folder, 'alerts.test.yml')]);
    expect(stdout).toContain('SUCCESS');
  });

  it('accepts the expressions of the dashboard', async () => {
    const rules = (await readPanels()).flatMap(({ targets = [] }) =>
      targets.map(({ expr }) => ({
        record: 'panel',
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
      })),
    );
    const numbered = rules.map((rule, at) => ({ ...rule, record: `panel:${at}` }));
    await writeFile(
      join(folder, 'panels.yml'),
      JSON.stringify({ groups: [{ name: 'panels', rules: numbered }] }),
    );
    const { stdout } = await run('promtool', ['check', 'rules', join(folder, 'panels.yml')]);
    expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  it('scrapes a gateway over TLS by that configuration, and answers a query', async () => {
    await served.client.ask({
      persona: 'planner',
      purpose: 'planning',
      query: '{ persons(first: 1) { nodes { id } } }',
    });
    await start();
    const query = 'polku_requests_total{job="polku-gateway",purpose="planning",outcome="refused"}';
    let found: unknown;
    await until(async () => {
      const { data } = (await ask(`query?query=${encodeURIComponent(query)}`)) as {
        data: { result: { value: [number, string] }[] };
      };
      found = data.result[0]?.value[1];
      return found !== undefined;
    });
    expect(found).toBe('1');
    const { data } = (await ask('rules')) as {
      data: { groups: [{ rules: { name: string; health: string }[] }] };
    };
    expect(data.groups[0].rules.filter(({ health }) => health === 'err')).toEqual([]);
    expect(data.groups[0].rules).toHaveLength((await readAlerts()).length);
  });

  /** Starts Prometheus with the committed configuration, whose gateway is the one served here. */
  async function start(): Promise<void> {
    const file = join(folder, 'prometheus.yml');
    const committed = await readFile(file, 'utf8');
    const own = committed
      .replace('gateway.polku.example:9464', served.admin!.host)
      .replace(/_interval: 15s/g, '_interval: 1s');
    await writeFile(file, own);
    const port = await freePort();
    ready = new URL(`http://127.0.0.1:${port}/`);
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    await once(prometheus, 'spawn');
    await until(async () => (await fetch(new URL('-/ready', ready)).catch(() => undefined))?.ok === true);
  }

  async function ask(path: string): Promise<unknown> {
    return (await fetch(new URL(`api/v1/${path}`, ready))).json();
  }
});
