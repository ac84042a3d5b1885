/** A span of ms in a few characters: `840 ms`, `5.26 s`, `3 m 05 s`, `2 h 10 m`, `3 d 4 h`; `–` for an unknown one. */
export function toSpan(ms: number | undefined): string {
  if (ms === undefined) return '–'
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`
  const hours = Math.floor(seconds / 3_600)
  return hours < 48
    ? `${hours} h ${Math.floor((seconds % 3_600) / 60)} m`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`
}
