import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { makeCity, type TestCity } from '../../city/makeCity.js';
import { serveCity, type ServedCity } from '../../city/serveCity.js';
import { approveSmallModel } from '../../risk/approveSmallModel.js';
import { describeInBrowser, launchBrowser } from '../consoleBrowser.js';
import { actAs, choose, expectAccessible, expectNothingKept, visitConsole } from '../consolePage.js';

const words = {
  fi: {
    title: 'Ennakoitu tarve',
    purposeOfUse: 'Käyttötarkoitus',
    purpose: 'Lastensuojelu',
    persons: 'Henkilöt',
    year: 'Vuosi',
    quarter: 'Alkaen',
    first: 'tammikuu',
    show: 'Näytä ennakoitu tarve',
    number: (count: string) => `Tuhannesta tällaisesta lapsesta ${count} tulee`,
    about: 'noin',
    few: 'alle 5',
    total: /Kaikki tekijät, joita et saa nähdä, yhteensä: .*terveyspalvelut/,
    adds: /lisää, ×\s\d,\d\d|vähentää, ×\s\d,\d\d/,
    decides: 'Kuka päättää',
    contest: 'Jos perhe on eri mieltä',
    off: 'Syy: koodit ovat muuttuneet',
    judging: /korkea riski|matala riski|suuri riski|vaara/i,
  },
  en: {
    title: 'Predicted need',
    purposeOfUse: 'Purpose of use',
    purpose: 'Child protection',
    persons: 'People',
    year: 'As of the year',
    quarter: 'At the beginning of',
    first: 'January',
    show: 'Show the predicted need',
    number: (count: string) => `Of 1,000 children like this one, ${count} are predicted`,
    about: 'about',
    few: 'fewer than 5',
    total: /All factors together that you may not see: .*Health services/,
    adds: /adds, ×\s\d\.\d\d|subtracts, ×\s\d\.\d\d/,
    decides: 'Who decides',
    contest: 'If the family disagrees',
    off: 'The reason: koodit ovat muuttuneet',
    judging: /high risk|low risk|danger/i,
  },
} as const;

const RISKS = `{ persons(first: 50) { nodes { id birthYear
  childProtectionRisk(asOf: "2012-Q1", horizonYears: 5) { status probability baseRate } } } }`;
const DRAFT =
  '{ riskRegisterDraft(order: STOP, reason: "koodit ovat muuttuneet") { payload } riskRegister { stops { sequence } } }';
const STOP = 'mutation ($payload: String!) { stopRiskModels(payload: $payload) { serving } }';
const DRAFT_RESUME =
  'query ($stop: Int!) { riskRegisterDraft(order: RESUME, stop: $stop, reason: "checked") { payload } }';
const RESUME = 'mutation ($payload: String!) { resumeRiskModels(payload: $payload) { serving } }';

interface ListedChild {
  readonly id: string;
  readonly childProtectionRisk: { readonly status: string; readonly probability: number | null };
}

describeInBrowser('a social worker reads a predicted need', () => {
  let city: TestCity;
  let served: ServedCity;
  let browser: Browser;
  let pictures: string;

  beforeAll(async () => {
    city = await makeCity();
    await approveSmallModel(city.data);
    [served, browser] = await Promise.all([serveCity(city), launchBrowser()]);
    pictures = process.env['PICTURES'] ?? (await mkdtemp(join(tmpdir(), 'polku-job-')));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    await city?.remove();
    if (pictures && pictures !== process.env['PICTURES']) await rm(pictures, { recursive: true });
  });

  const owner = { persona: 'data-owner', purpose: 'policy-administration' };
  const payloadIn = (data: unknown) =>
    (data as { riskRegisterDraft: { payload: string } }).riskRegisterDraft.payload;

  it.each(['fi', 'en'] as const)('in %s', async (language) => {
    const text = words[language];
    const worker = { persona: 'social-worker', purpose: 'child-protection' };
    const { data } = await served.client.ask({ ...worker, query: RISKS });
    const { nodes } = (data as unknown as { persons: { nodes: readonly ListedChild[] } }).persons;
    const child = nodes.find(({ childProtectionRisk: { status } }) => status === 'ASSESSED')!;
    const other = nodes.find(({ childProtectionRisk: { status } }) => status === 'NOT_APPLICABLE')!;

    const visit = await visitConsole(browser, served.url.origin, { language });
    const { page } = visit;
    page.setDefaultTimeout(10_000);
    await actAs(page, 'social-worker', language);
    await choose(page, text.purposeOfUse, text.purpose);
    await page.getByRole('link', { name: text.title }).click();
    await page.getByRole('heading', { level: 1, name: text.title }).waitFor();

    // Chooses a child. Nothing is predicted before the question is asked.
    await page.getByRole('radio', { name: text.persons }).click();
    await page.locator(`[role=option][data-key="${child.id}"]`).click();
    expect(await page.locator('.assessment').count()).toBe(0);
    await choose(page, text.year, '2012');
    await choose(page, text.quarter, text.first);
    await page.getByRole('button', { name: text.show }).click();
    const assessment = page.locator('.assessment');
    await assessment.waitFor();

    // The number in words is the one that any client gets.
    const perThousand = Math.round(child.childProtectionRisk.probability! * 1000);
    const count = perThousand === 0 ? text.few : `${text.about} ${perThousand}`;
    const shown = (await assessment.textContent()) ?? '';
    expect(shown.replaceAll('\u00a0', ' ')).toContain(text.number(count));
    expect(shown).toMatch(text.total);
    expect(shown).toMatch(text.adds);
    expect(shown).toContain(text.decides);
    expect(shown).toContain(text.contest);
    expect(shown).not.toMatch(text.judging);
    await expectAccessible(page);
    await page.screenshot({ path: join(pictures, `need ${language}.png`), fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await expectAccessible(page);
    await page.screenshot({ path: join(pictures, `need ${language} 390.png`), fullPage: true });
    await page.setViewportSize({ width: 1280, height: 900 });

    // Somebody who is no child then: words, no number.
    await page.locator(`[role=option][data-key="${other.id}"]`).click();
    await page.getByRole('button', { name: text.show }).click();
    await assessment.locator('.notice').waitFor();
    expect(await page.locator('.range-mark').count()).toBe(0);
    await expectAccessible(page);

    // A data owner switches the model off: the reason is shown instead of a number.
    const drafted = await served.client.ask({ ...owner, query: DRAFT });
    await served.client.ask({ ...owner, query: STOP, variables: { payload: payloadIn(drafted.data) } });
    await page.locator(`[role=option][data-key="${child.id}"]`).click();
    await page.getByRole('button', { name: text.show }).click();
    await page.getByText(text.off).waitFor();
    expect(await page.locator('.range-mark').count()).toBe(0);
    await expectAccessible(page);
    await page.screenshot({ path: join(pictures, `need off ${language}.png`), fullPage: true });

    const again = await served.client.ask({ ...owner, query: '{ riskRegister { stops { sequence } } }' });
    const { stops } = (again.data as unknown as { riskRegister: { stops: { sequence: number }[] } })
      .riskRegister;
    const resume = await served.client.ask({
      ...owner,
      query: DRAFT_RESUME,
      variables: { stop: stops[0]!.sequence },
    });
    await served.client.ask({ ...owner, query: RESUME, variables: { payload: payloadIn(resume.data) } });
    await expectNothingKept(visit, [child.id, other.id]);
    await page.context().close();
  });
});
