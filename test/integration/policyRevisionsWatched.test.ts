import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoAnswer } from '../../cli/demo/scenes.js';
import { policiesFolder } from '../../cli/options.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';
import { until } from '../city/until.js';
import { TestLog } from '../city/testLog.js';

const DIAGNOSES = '{ persons(first: 20) { nodes { healthContacts { diagnosis { code } } } } }';
const mask = 'HealthContact.*: allow\n      HealthContact.diagnosis: { mask: icd10-chapter }';

describe('a city whose policies are edited while it serves', () => {
  let city: TestCity;
  let policies: string;
  let served: ServedCity;
  let asking: Promise<void>;
  let stopped = false;
  const answers: DemoAnswer[] = [];
  const log = new TestLog();

  beforeAll(async () => {
    city = await makeCity();
    policies = await mkdtemp(join(tmpdir(), 'polku-policies-'));
    for (const file of await readdir(policiesFolder))
      if (file.endsWith('.yaml')) await cp(join(policiesFolder, file), join(policies, file));
    served = await serveCity(city, { policies, log });
    asking = askOn();
  });

  afterAll(async () => {
    stopped = true;
    await asking;
    await served?.stop();
    await rm(policies, { recursive: true, force: true });
    await city?.remove();
  });

  /** A client that never pauses. */
  async function askOn(): Promise<void> {
    while (!stopped)
      answers.push(await served.client.ask({ persona: 'doctor', purpose: 'care', query: DIAGNOSES }));
  }

  function diagnosesOf({ data }: DemoAnswer): readonly string[] {
    const { nodes } = data!['persons'] as {
      nodes: { healthContacts: { diagnosis: { code: string } | null }[] }[];
    };
    return nodes.flatMap(({ healthContacts }) =>
      healthContacts.flatMap(({ diagnosis }) => diagnosis?.code ?? []),
    );
  }
  const isMasked = (answer: DemoAnswer) => diagnosesOf(answer).every((code) => code.includes('-'));
  /** A complete answer to a question that is sent after this call. */
  async function fresh(): Promise<DemoAnswer> {
    const asked = answers.length;
    await until(() => answers.length > asked + 1);
    return answers.at(-1)!;
  }
  const edit = async (change: (text: string) => string) => {
    const file = join(policies, 'health.yaml');
    await writeFile(file, change(await readFile(file, 'utf8')));
  };

  it('answers every request, by one policy or the other, and applies each edit', async () => {
    expect(isMasked(await fresh())).toBe(false);
    for (let turn = 0; turn < 3; turn++) {
      await edit((text) => text.replace('HealthContact.*: allow', mask));
      await until(async () => isMasked(await fresh()));
      await edit((text) => text.replace(mask, 'HealthContact.*: allow'));
      await until(async () => !isMasked(await fresh()));
    }
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    // By one policy or the other, never by both: no answer mixes masked codes and whole ones.
    const mixed = answers.filter((answer) => {
      const codes = diagnosesOf(answer);
      return !isMasked(answer) && codes.some((code) => code.includes('-'));
    });
    expect(mixed).toEqual([]);
  });

  it('keeps its policy while an edit is broken, and reports the fault and its place', async () => {
    const before = answers.length;
    await edit((text) =>
      text
        .replace('roles: [clinician]', 'roles: [clinican]')
        .replace('HealthContact.unit:', 'HealthContact.units:'),
    );
    await until(() => log.says('POLICY_INVALID'));
    const report = log.lines.find((line) => line.includes('POLICY_INVALID'))!;
    expect(report).toMatch(/health\.yaml:\d+:\d+: error: .*clinican/);
    expect(report).toMatch(/health\.yaml:\d+:\d+: error: .*HealthContact\.units/);
    expect(report).toMatch(/^policy-rejected: /);
    expect(isMasked(await fresh())).toBe(false);
    expect(answers.slice(before).filter(({ errors }) => errors !== undefined)).toEqual([]);
  });
});
