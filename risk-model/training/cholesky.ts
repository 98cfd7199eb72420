/** The Cholesky decomposition L L^T of a symmetric positive definite matrix in row-major order. */
export class Cholesky {
  private readonly lower: Float64Array;

  /** @throws RangeError if the matrix is not positive definite */
  constructor(
    matrix: Float64Array,
    private readonly size: number,
  ) {
    const lower = new Float64Array(matrix);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        let sum = lower[row * size + column]!;
        for (let k = 0; k < column; k++) sum -= lower[row * size + k]! * lower[column * size + k]!;
        if (row !== column) lower[row * size + column] = sum / lower[column * size + column]!;
        else if (sum > 0) lower[row * size + row] = Math.sqrt(sum);
        else throw new RangeError(`The matrix is not positive definite in row ${row}.`);
      }
    }
    this.lower = lower;
  }

  /** Solves matrix x = given. */
  solve(given: Float64Array): Float64Array {
    const { lower, size } = this;
    const x = given.slice();
    for (let row = 0; row < size; row++) {
      let sum = x[row]!;
      for (let k = 0; k < row; k++) sum -= lower[row * size + k]! * x[k]!;
      x[row] = sum / lower[row * size + row]!;
    }
    for (let row = size - 1; row >= 0; row--) {
      let sum = x[row]!;
      for (let k = row + 1; k < size; k++) sum -= lower[k * size + row]! * x[k]!;
      x[row] = sum / lower[row * size + row]!;
    }
    return x;
  }

  /** The inverse of the matrix in row-major order. */
  inverse(): Float64Array {
    const { size } = this;
    const inverse = new Float64Array(size * size);
    for (let column = 0; column < size; column++) {
      const unit = new Float64Array(size);
      unit[column] = 1;
      inverse.set(this.solve(unit), column * size);
    }
    return inverse;
  }
}
