import type { AtThreshold, Measurement } from './metrics.js';

/**
 * A number, and between which it lies with 95 % confidence, other families drawn. The number is null where it is not defined;
 * its bounds are null also where more than a tenth of the draws do not define it.
 */
export interface Estimate {
  readonly value: Measurement;
  readonly from: Measurement;
  readonly until: Measurement;
}

/** A measurement for people to read. */
export function figure(value: Measurement, digits: number): string {
  return value === null ? 'not defined' : value.toFixed(digits);
}

/** How good probabilities of one horizon are. */
export interface Quality {
  readonly auc: Estimate;
  readonly prAuc: Estimate;
  readonly logLoss: Estimate;
  readonly brier: Estimate;
  readonly calibrationError: Estimate;
  readonly slope: Estimate;
}

export interface HorizonEvaluation {
  readonly years: number;
  readonly children: number;
  readonly clients: number;
  readonly model: Quality;
  readonly logisticRegression: Quality;
  /** Where the true hazards are known: how good they are themselves, and how much worse the model is. */
  readonly oracle: OracleEvaluation | undefined;
}

export interface OracleEvaluation {
  /** Its calibration error is what chance alone makes of so many children. */
  readonly quality: Quality;
  /** Of the model, and of the logistic regression. */
  readonly aucBelow: Estimate;
  readonly logLossAbove: Estimate;
  /** The mean of the divergence from the true probabilities: what the log loss will be above in the long run. */
  readonly divergence: Measurement;
  /** Of the model from the true probabilities, in bands. */
  readonly calibrationError: Measurement;
}

export interface GroupEvaluation {
  readonly grouping: string;
  readonly label: string;
  readonly children: number;
  readonly clients: number;
  /** Mean probability, and the share that became clients. */
  readonly predicted: Measurement;
  readonly observed: number;
  readonly auc: Measurement;
  readonly thresholds: readonly AtThreshold[];
}

export interface BlockEvaluation {
  /** ISO date. */
  readonly asOf: string;
  readonly trainedOn: boolean;
  readonly horizons: readonly HorizonEvaluation[];
  /** By year: what was expected of the children who were none until then, and what came. */
  readonly years: readonly { readonly year: number; readonly expected: number; readonly became: number }[];
}

export interface PlantedTogether {
  readonly circumstances: readonly string[];
  /** The model's terms in which factors of all of them stand together. */
  readonly terms: readonly (readonly string[])[];
}

/** What is found about a model on families that it was never fitted on: `evaluation.json`. */
export interface RiskEvaluation {
  readonly modelVersion: string;
  readonly modelSha256: string;
  readonly seed: number;
  readonly families: number;
  readonly blocks: readonly BlockEvaluation[];
  /** On the first block trained on, at the longest horizon. */
  readonly groups: readonly GroupEvaluation[];
  readonly decisionCurve: readonly AtThreshold[];
  /** How the variance of the first year's log-odds comes about, in shares: by age, by factors alone, by several together. */
  readonly shares: { readonly age: number; readonly alone: number; readonly together: number };
  /** AUC at the longest horizon of each factor alone, the best ones first. */
  readonly alone: readonly { readonly factor: string; readonly auc: number }[];
  readonly planted: readonly PlantedTogether[] | undefined;
}
