import { UNKNOWN_BIN } from '../model/modelContent.js';
import { gainOf, type Histogram, stepOf } from './smallTree.js';

/**
 * Finds the best 2x2 interaction over the bins of two factors: a cut of each factor, and a leaf in each
 * quadrant (FAST: Lou, Caruana, Gehrke & Hooker 2013). Children with an unknown value of either factor are
 * not changed.
 */
export class InteractionTree {
  /** The gain over one step for all, about twice the log-likelihood; 0: there is no interaction. */
  gain = 0;
  /** The first bin after the cut of each factor. */
  rowCut = 0;
  columnCut = 0;
  private readonly quadrants = new Float64Array(4);
  /** Sums of the gradients and curvatures of columns: over the rows before a cut, and over all rows. */
  private readonly above: Float64Array;
  private readonly all: Float64Array;

  /** @param most bins of a factor */
  constructor(most: number) {
    this.above = new Float64Array(2 * most);
    this.all = new Float64Array(2 * most);
  }

  /**
   * Finds the best interaction.
   * @param histogram over rows x columns of bins
   * @param least the least curvature of a quadrant
   */
  find({ gradient, curvature }: Histogram, rows: number, columns: number, least: number): void {
    const { above, all } = this;
    this.gain = 0;
    above.fill(0);
    all.fill(0);
    let [wholeGradient, wholeCurvature] = [0, 0];
    for (let row = UNKNOWN_BIN + 1; row < rows; row++) {
      for (let column = UNKNOWN_BIN + 1; column < columns; column++) {
        const cell = row * columns + column;
        all[2 * column]! += gradient[cell]!;
        all[2 * column + 1]! += curvature[cell]!;
      }
    }
    for (let column = UNKNOWN_BIN + 1; column < columns; column++) {
      wholeGradient += all[2 * column]!;
      wholeCurvature += all[2 * column + 1]!;
    }
    const before = gainOf(wholeGradient, wholeCurvature);
    for (let row = UNKNOWN_BIN + 1; row + 1 < rows; row++) {
      let [aboveGradient, aboveCurvature] = [0, 0];
      for (let column = UNKNOWN_BIN + 1; column < columns; column++) {
        const cell = row * columns + column;
        aboveGradient += above[2 * column]! += gradient[cell]!;
        aboveCurvature += above[2 * column + 1]! += curvature[cell]!;
      }
      const belowGradient = wholeGradient - aboveGradient;
      const belowCurvature = wholeCurvature - aboveCurvature;
      if (aboveCurvature < 2 * least || belowCurvature < 2 * least) continue;
      let [g1, h1, g3, h3] = [0, 0, 0, 0];
      for (let column = UNKNOWN_BIN + 1; column + 1 < columns; column++) {
        g1 += above[2 * column]!;
        h1 += above[2 * column + 1]!;
        g3 += all[2 * column]! - above[2 * column]!;
        h3 += all[2 * column + 1]! - above[2 * column + 1]!;
        const [g2, h2] = [aboveGradient - g1, aboveCurvature - h1];
        const [g4, h4] = [belowGradient - g3, belowCurvature - h3];
        if (h1 < least || h2 < least || h3 < least || h4 < least) continue;
        const gain = gainOf(g1, h1) + gainOf(g2, h2) + gainOf(g3, h3) + gainOf(g4, h4) - before;
        if (gain <= this.gain) continue;
        this.gain = gain;
        this.rowCut = row + 1;
        this.columnCut = column + 1;
        this.quadrants[0] = stepOf(g1, h1);
        this.quadrants[1] = stepOf(g2, h2);
        this.quadrants[2] = stepOf(g3, h3);
        this.quadrants[3] = stepOf(g4, h4);
      }
    }
  }

  /** Writes the Newton step of each cell for the last interaction found. */
  writeSteps(rows: number, columns: number, steps: Float64Array): void {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const known = row !== UNKNOWN_BIN && column !== UNKNOWN_BIN && this.gain > 0;
        const quadrant = (row < this.rowCut ? 0 : 2) + (column < this.columnCut ? 0 : 1);
        steps[row * columns + column] = known ? this.quadrants[quadrant]! : 0;
      }
    }
  }
}
