import type { Hub } from '../../lib/hub/hub.ts'

/** A hub whose feed drops, doubles and swaps messages until it is calm. */
export interface LossyFeed {
  readonly hub: Hub
  calm(): void
  /** loses, doubles and swaps again */
  storm(): void
  /** loses so many of the next messages, calm or not */
  lose(count: number): void
  /** messages that were lost, doubled or swapped so far */
  faults(): number
  stop(): void
}

/**
 * Relays a venue's feed, losing, doubling and swapping each with `share` of the messages; the same seed, the same
 * faults.
 */
export async function openLossyFeed(
  hub: Hub,
  venue: string,
  { seed = 12_345, share = 0.03 }: { seed?: number; share?: number } = {},
): Promise<LossyFeed> {
  const channel = hub.keys.feed(venue)
  const relayed = `${channel}:relayed`
  const relay = hub.redis.duplicate({ enableOfflineQueue: true })
  let random = seed
  let calm = false
  let faults = 0
  let toLose = 0
  let held: Buffer | undefined
  const dice = () => (random = (random * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  const pass = (message: Buffer) => void hub.redis.publish(relayed, message).catch(() => 0)
  relay.on('messageBuffer', (_channel: Buffer, message: Buffer) => {
    const thrown = toLose > 0 ? 0 : calm ? 1 : dice()
    toLose = Math.max(0, toLose - 1)
    if (thrown < 3 * share) faults += 1
    if (thrown < share) return
    if (thrown < 2 * share) pass(message)
    else if (thrown < 3 * share && held === undefined) {
      held = message
      return
    }
    pass(message)
    if (held !== undefined) pass(held)
    held = undefined
  })
  await relay.subscribe(channel)
  return {
    hub: { ...hub, keys: { ...hub.keys, feed: () => relayed } },
    calm: () => (calm = true),
    storm: () => (calm = false),
    lose: (count) => (toLose = count),
    faults: () => faults,
    stop: () => relay.disconnect(),
  }
}
