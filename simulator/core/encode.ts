/** JSON in which a bigint is a plain number, as long as it is: the venue sends ids beyond 2^53. */
export function encode(value: unknown): string {
  let hasBig = false
  const text = JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'bigint') return each
    hasBig = true
    return `#${each}#`
  })
  return hasBig ? text.replaceAll(/"#(-?\d+)#"/g, '$1') : text
}
