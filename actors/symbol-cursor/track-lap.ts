/** Times the laps of one lane. */
export interface Lap {
  /** a symbol's turn, in real ms */
  note(symbol: string, at: number): void
  /** when a symbol had its last turn, in real ms; undefined when it had none of late */
  lastAt(symbol: string): number | undefined
  /** from one symbol's last turn but one to its last, in real ms; undefined until one had two */
  lapMs(): number | undefined
}

export function trackLap(): Lap {
  let turns = new Map<string, number>()
  let before = new Map<string, number>()
  let lapMs: number | undefined
  const lastAt = (symbol: string) => turns.get(symbol) ?? before.get(symbol)
  return {
    note(symbol, at) {
      const last = lastAt(symbol)
      if (last !== undefined) lapMs = at - last
      // A symbol's second turn begins a lap; what left the lane is forgotten a lap later.
      if (turns.has(symbol)) {
        before = turns
        turns = new Map()
      }
      turns.set(symbol, at)
    },
    lastAt,
    lapMs: () => lapMs,
  }
}
