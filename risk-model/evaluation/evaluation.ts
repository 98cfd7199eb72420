import type { AtThreshold, Measurement } from './metrics.js';

/**
 * A number with its 95 % bootstrap interval over families. The number is null if it is not defined. The
 * bounds are also null if more than a tenth of the draws do not define it.
 */
export interface Estimate {
  readonly value: Measurement;
  readonly from: Measurement;
  readonly until: Measurement;
}

/** A measurement as text. */
export function figure(value: Measurement, digits: number): string {
  return value === null ? 'not defined' : value.toFixed(digits);
}

/** The quality of the probabilities at one horizon. */
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
  /** If the true hazards are known: their own quality, and how far the model is from it. */
  readonly oracle: OracleEvaluation | undefined;
}

export interface OracleEvaluation {
  /** Its calibration error is due to chance alone, for this number of children. */
  readonly quality: Quality;
  /** Of the model, compared with the true hazards. */
  readonly aucBelow: Estimate;
  readonly logLossAbove: Estimate;
  /** The mean divergence from the true probabilities: the expected excess of the log loss. */
  readonly divergence: Measurement;
  /** Of the model against the true probabilities, in bands. */
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
  /** By year: the expected and the observed number of new clients. `became` is the observed number. */
  readonly years: readonly { readonly year: number; readonly expected: number; readonly became: number }[];
}

export interface PlantedTogether {
  readonly circumstances: readonly string[];
  /** The model's terms that contain a factor of each of them. */
  readonly terms: readonly (readonly string[])[];
}

/** The evaluation of a model on families that it was never fitted on: `evaluation.json`. */
export interface RiskEvaluation {
  readonly modelVersion: string;
  readonly modelSha256: string;
  readonly seed: number;
  readonly families: number;
  readonly blocks: readonly BlockEvaluation[];
  /** On the first block trained on, at the longest horizon. */
  readonly groups: readonly GroupEvaluation[];
  readonly decisionCurve: readonly AtThreshold[];
  /** How the variance of the first year's log-odds splits: age, single factors, interactions of several. */
  readonly shares: { readonly age: number; readonly alone: number; readonly together: number };
  /** AUC at the longest horizon of each single factor, the best ones first. */
  readonly alone: readonly { readonly factor: string; readonly auc: number }[];
  readonly planted: readonly PlantedTogether[] | undefined;
}
