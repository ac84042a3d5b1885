/** A longer array with the same values, and 0 behind them. */
export function lengthen<T extends Float64Array | Int32Array | Uint8Array>(values: T, length: number): T {
  const longer = new (values.constructor as new (length: number) => T)(length)
  longer.set(values)
  return longer
}
