/** Requests of which only so many are under way at once; which of the others leaves next is decided when there is room. */
export interface SendQueue {
  /** `run` must not reject */
  add(id: string, of: { readonly isUrgent: boolean; readonly run: () => Promise<void> }): void
  /** whether it has not begun yet */
  isWaiting(id: string): boolean
}

/** Opens it: whatever is urgent goes first, each kind in the order in which it came. */
export function openSendQueue(mostAtOnce: number): SendQueue {
  const urgent = new Map<string, () => Promise<void>>()
  const others = new Map<string, () => Promise<void>>()
  let underWay = 0

  function next(): void {
    while (underWay < mostAtOnce) {
      const kind = urgent.size > 0 ? urgent : others
      const [first] = kind
      if (first === undefined) return
      const [id, run] = first
      kind.delete(id)
      underWay += 1
      void run().finally(() => {
        underWay -= 1
        next()
      })
    }
  }

  return {
    add(id, { isUrgent, run }) {
      const kind = isUrgent ? urgent : others
      kind.set(id, run)
      next()
    },
    isWaiting: (id) => urgent.has(id) || others.has(id),
  }
}
