// A sweep of the book or a funding time brings a handful of events of one time; an older time comes back only where a
// connection reorders.
const mostTimes = 32
const mostTexts = 256

/** Counts the events of one connection that have the same time, and knows those that it told before. */
export interface EventOrder {
  /** how many others of `time` came before; undefined for one that has come already, letter for letter */
  place(time: number, text: string): number | undefined
}

/** An order without events; it remembers the latest times only. */
export function openEventOrder(): EventOrder {
  const byTime = new Map<number, { count: number; readonly texts: Set<string> }>()
  return {
    place(time, text) {
      let told = byTime.get(time)
      if (told === undefined) {
        told = { count: 0, texts: new Set() }
        byTime.set(time, told)
        const [oldest] = byTime.keys()
        if (byTime.size > mostTimes && oldest !== undefined) byTime.delete(oldest)
      }
      if (told.texts.has(text)) return undefined
      if (told.texts.size < mostTexts) told.texts.add(text)
      return told.count++
    },
  }
}
