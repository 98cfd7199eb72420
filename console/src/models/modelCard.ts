/** A model card in an answer of the gateway. Withheld values are null. */
export interface ShownCard {
  readonly outcome: string | null;
  readonly intendedUse: readonly string[] | null;
  readonly outOfScopeUse: readonly string[] | null;
  readonly humanOversight: string | null;
  readonly limits: readonly string[] | null;
  readonly trainedAt: string | null;
  readonly data: {
    readonly asOf: readonly string[];
    readonly children: number;
    readonly families: number;
    readonly clients: number;
    readonly factorsConsidered: number;
    readonly factorsUsed: number;
  } | null;
  readonly horizons: readonly ShownHorizon[] | null;
  readonly quality: readonly ShownQuality[] | null;
  readonly groups: readonly ShownGroup[] | null;
  readonly terms: readonly ShownTerm[] | null;
}

export interface ShownHorizon {
  readonly years: number;
  readonly baseRate: number;
  readonly calibration: readonly {
    readonly from: number;
    readonly until: number;
    readonly children: number;
    readonly predicted: number;
    readonly observed: number;
  }[];
}

export interface ShownQuality {
  readonly asOf: string;
  readonly isTrainedOn: boolean;
  readonly years: number;
  readonly children: number;
  readonly clients: number;
  readonly auc: number | null;
  readonly aucInterval: { readonly from: number | null; readonly until: number | null } | null;
  readonly calibrationError: number | null;
  readonly slope: number | null;
}

export interface ShownGroup {
  readonly grouping: string;
  readonly label: string;
  readonly children: number;
  readonly predicted: number | null;
  readonly observed: number;
  readonly auc: number | null;
}

export interface ShownTerm {
  readonly factors: readonly { readonly id: string; readonly label: string | null }[];
  readonly least: number;
  readonly most: number;
}

export const cardQuery = `query ModelCards { riskRegister { versions { version card {
  outcome intendedUse outOfScopeUse humanOversight limits trainedAt
  data { asOf children families clients factorsConsidered factorsUsed }
  horizons { years baseRate calibration { from until children predicted observed } }
  quality { asOf isTrainedOn years children clients auc aucInterval { from until } calibrationError slope }
  groups { grouping label children predicted observed auc }
  terms { factors { id label } least most }
} } } }`;

export interface CardAnswer {
  readonly riskRegister: {
    readonly versions: readonly { readonly version: string; readonly card: ShownCard | null }[] | null;
  } | null;
}
