/** How soon a request should leave: a way out of a position, what covers a whole one, or a part of one. */
export type Urgency = 'exit' | 'cover' | 'part'

/** Requests for which the venue's limits may have no room yet. */
export interface SendQueue {
  /** `run` must not reject, and tells when its request has left */
  add(
    id: string,
    of: { readonly urgency: Urgency; readonly run: (onLeave: () => void) => Promise<void> },
  ): void
  /** whether it has not begun yet */
  isWaiting(id: string): boolean
}

const byUrgency: readonly Urgency[] = ['exit', 'cover', 'part']

/**
 * Opens it: `most` requests at once wait for room in the venue's limits, which give it in the order in which they were
 * asked. The others wait here, where what is more urgent goes first, and what is as urgent in the order in which it came.
 */
export function openSendQueue(most: number): SendQueue {
  const waiting: Readonly<Record<Urgency, Map<string, (onLeave: () => void) => Promise<void>>>> = {
    exit: new Map(),
    cover: new Map(),
    part: new Map(),
  }
  let leaving = 0

  function next(): void {
    while (leaving < most) {
      const kind = byUrgency.map((urgency) => waiting[urgency]).find(({ size }) => size > 0)
      const [first] = kind ?? []
      if (first === undefined) return
      const [id, run] = first
      kind?.delete(id)
      begin(run)
    }
  }

  function begin(run: (onLeave: () => void) => Promise<void>): void {
    leaving += 1
    let hasLeft = false
    const leave = () => {
      if (hasLeft) return
      hasLeft = true
      leaving -= 1
      next()
    }
    void run(leave).finally(leave)
  }

  return {
    add(id, { urgency, run }) {
      waiting[urgency].set(id, run)
      next()
    },
    isWaiting: (id) => byUrgency.some((urgency) => waiting[urgency].has(id)),
  }
}
