import { PolkuError } from '../../lib/errors.js';
import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import { AGE_FACTOR, binCount, MODEL_FORMAT } from './modelContent.js';

const PERCENTILES = 99;
/** One bag has no deviation, so it shows no uncertainty. */
const FEWEST_BAGS = 2;
/**
 * The largest log-odds accepted, in millionths, far beyond any real model. Sums of them stay whole numbers.
 */
const LARGEST = 100_000_000;
const MOST_FAULTS = 20;
/** People cannot picture an interaction of more factors. */
const MOST_TOGETHER = 3;

/** Why a model's content cannot be used; empty if it can. */
export function modelFaults(content: unknown): readonly string[] {
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
    return holds;
  };
  if (!expect(isObject(content), 'it is not a JSON object') || !isObject(content)) return faults;
  if (!expect(content['format'] === MODEL_FORMAT, `format is not "${MODEL_FORMAT}"`)) return faults;

  const { trainedAt, training, base, years, terms, considered, calibration, percentiles, bags } = content;
  expect(isInstant(trainedAt), 'trainedAt is not an ISO 8601 instant in UTC');
  expect(
    isTraining(training),
    'training lacks a valid seed, blocks, splitOver, children, families or clients',
  );
  const checkBase = (at: string, base: unknown, years: unknown) => {
    expect(isLogOdds(base), `${at}base is not a whole number of millionths`);
    expect(
      isListOf(years, isLogOdds) && years.length === HORIZON_YEARS && years[0] === 0,
      `${at}years are not ${HORIZON_YEARS} whole numbers of millionths, the first of them 0`,
    );
  };
  checkBase('', base, years);

  if (!expect(isListOf(terms, isObject) && terms.length > 0, 'terms are not a list of objects'))
    return faults;
  const sizes = (terms as Content[]).map((term, i) => termSize(term, `terms[${i}]`, faults));
  const names = (terms as Content[]).map(({ factors }) => String(factors));
  expect(names[0] === AGE_FACTOR, `the first term is not ${AGE_FACTOR} by itself`);
  expect(new Set(names).size === names.length, 'two terms have the same factors');
  expect(isListOf(considered, isText), 'considered is not a list of factors');

  if (expect(isListOf(bags, isObject) && bags.length >= FEWEST_BAGS, 'bags are not a list of two or more')) {
    (bags as Content[]).forEach((bag, i) => {
      checkBase(`bags[${i}].`, bag['base'], bag['years']);
      const own = bag['terms'];
      expect(
        isListOf(own, (values) => isListOf(values, isLogOdds)) &&
          own.length === sizes.length &&
          own.every((values, term) => (values as unknown[]).length === sizes[term]),
        `bags[${i}].terms are not as many whole numbers as the terms' values`,
      );
    });
  }
  expect(isByHorizon(calibration, isCalibration), 'calibration has no bands from 0 to 1 for each horizon');
  expect(
    isByHorizon(percentiles, isPercentiles),
    `percentiles are not ${PERCENTILES} ascending probabilities for each horizon`,
  );
  return faults;
}

export function invalidModel(faults: readonly string[], cause?: unknown): PolkuError {
  const more = faults.length - MOST_FAULTS;
  const listed = [...faults.slice(0, MOST_FAULTS), ...(more > 0 ? [`${more} more`] : [])];
  return new PolkuError(
    'RISK_MODEL_INVALID',
    `The model file cannot be used: ${listed.join('; ')}. Train it again, or restore the original file.`,
    { faults: listed },
    cause === undefined ? undefined : { cause },
  );
}

/** The number of values that a term must have; -1 if it is undetermined. */
function termSize({ factors, cuts, values }: Content, at: string, faults: string[]): number {
  const named = isListOf(factors, isText) && factors.length >= 1 && factors.length <= MOST_TOGETHER;
  if (!named || new Set(factors).size < factors.length) {
    faults.push(`${at}.factors are not one to three different ids`);
    return -1;
  }
  if (!isListOf(cuts, isCuts) || cuts.length !== factors.length) {
    faults.push(`${at}.cuts are not an ascending list of numbers for each factor`);
    return -1;
  }
  const size = cuts.reduce<number>((product, list) => product * binCount(list), 1);
  if (!isListOf(values, isLogOdds) || values.length !== size)
    faults.push(`${at}.values are not ${size} whole numbers of millionths, one for each bin`);
  return size;
}

function isCalibration(bands: unknown): boolean {
  if (!isListOf(bands, isObject) || bands.length === 0) return false;
  return bands.every(
    ({ from, until, children, predicted, observed }, i) =>
      from === (i === 0 ? 0 : bands[i - 1]!['until']) &&
      isProbability(until) &&
      until > (from as number) &&
      (i < bands.length - 1 || until === 1) &&
      isCount(children) &&
      isProbability(predicted) &&
      isProbability(observed),
  );
}

function isTraining(training: unknown): boolean {
  if (!isObject(training)) return false;
  const { seed, blocks, splitOver, children, families, clients } = training;
  if (!isListOf(blocks, isText) || !isListOf(splitOver, isText)) return false;
  return (
    (blocks as string[]).every((block) => (splitOver as string[]).includes(block)) &&
    [seed, children, families, clients].every(isCount)
  );
}

function isByHorizon(list: unknown, is: (value: unknown) => boolean): boolean {
  return Array.isArray(list) && list.length === HORIZON_YEARS && list.every(is);
}

function isCuts(list: unknown): list is number[] {
  return isListOf(list, isNumber) && list.every((cut, i) => i === 0 || cut > list[i - 1]!);
}

/** Neighbours may be equal: many children can have the same probability. */
function isPercentiles(list: unknown): boolean {
  return (
    isListOf(list, isProbability) &&
    list.length === PERCENTILES &&
    list.every((value, i) => i === 0 || value >= list[i - 1]!)
  );
}

type Content = Record<string, unknown>;

function isObject(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf<Value>(list: unknown, is: (value: unknown) => value is Value): list is Value[];
function isListOf(list: unknown, is: (value: unknown) => boolean): list is unknown[];
function isListOf(list: unknown, is: (value: unknown) => boolean): list is unknown[] {
  return Array.isArray(list) && list.every(is);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isProbability(value: unknown): value is number {
  return isNumber(value) && value >= 0 && value <= 1;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isLogOdds(value: unknown): boolean {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= LARGEST;
}

function isInstant(value: unknown): boolean {
  return (
    typeof value === 'string' && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value
  );
}
