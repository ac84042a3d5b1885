import { expect } from 'chai'
import fc from 'fast-check'
import { settleMs } from '../../lib/account/account-sources.ts'
import { readBalances } from '../../lib/account/balances.ts'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import { readPositions } from '../../lib/account/positions.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { accountTermsOf } from '../../lib/model/account-terms.ts'
import type { AccountSource } from '../../lib/model/position-report.ts'
import { sequence } from '../../simulator/core/random.ts'
import { histories, playHistory } from '../support/account-history.ts'
import type { Truth } from '../support/account-history.ts'
import { graceMs, noFaults, openWire, sourceFaults } from '../support/account-sources.ts'
import type { Conditions, Delivery, SourceFaults } from '../support/account-sources.ts'
import { accountRows } from '../support/account-rows.ts'
import type { AccountRows } from '../support/account-rows.ts'
import { withRedis } from '../support/with-redis.ts'

const head = /^\{"size":"([^"]+)"(?:,"entryPrice":"([^"]+)")?,"source":"\w+","time":(\d+),/

/** Looks at every state of the positions that Redis shows: it was so once, and it never goes back over a flat one. */
function openWitness(truth: Truth, { venue }: AccountRows) {
  const { tellsFlat } = accountTermsOf(venue)
  const seen = new Map<string, string>()
  const last = new Map<string, number>()
  return (positions: Readonly<Record<string, string>>, at: number) => {
    for (const [place, text] of Object.entries(positions)) {
      if (seen.get(place) === text) continue
      seen.set(place, text)
      const [, size, entryPrice, time] = head.exec(text) ?? []
      const steps = truth.steps.get(place)
      if (steps === undefined) {
        expect(size, `${place} was never held`).to.equal('0')
        continue
      }
      // What two lists lacked is flat since some time after the last that was told of it.
      const isAbsent = !tellsFlat && size === '0' && steps.some((each) => each.time === Number(time))
      const index = steps.findIndex((each) =>
        isAbsent
          ? each.size === '0' && each.time >= Number(time) && each.time <= at
          : each.time === Number(time) && each.size === size,
      )
      const shown = `${place} as ${size} of ${time}, shown at ${at}`
      expect(index, `${shown}, has been`).to.be.at.least(0)
      if (entryPrice !== undefined)
        expect(entryPrice, `the entry of ${shown}`).to.equal(steps[index]?.entryPrice)
      const before = last.get(place) ?? -1
      last.set(place, index)
      if (index >= before) continue
      // Only a fill of the same order, told late, and neither of the two flat.
      const isStep = steps[before]?.time === steps[index]?.time
      expect(isStep && size !== '0' && steps[before]?.size !== '0', `${shown}, goes back`).to.equal(true)
    }
  }
}

interface Played {
  readonly rows: AccountRows
  readonly truth: Truth
  readonly survivor: AccountSource
}

function accountAt({ venue }: AccountRows) {
  return { venue, account: 'main' }
}

async function expectTruth(
  hub: Hub,
  { rows, truth, survivor }: Played,
  when: string,
  isExcused: (place: string) => boolean,
) {
  const main = accountAt(rows)
  const positions = await readPositions(hub, main)
  for (const [place, steps] of truth.steps) {
    const { size, entryPrice, time } = steps.at(-1)!
    const held = positions.get(place)
    // What nobody has told of and is flat again leaves no record, or the flat one from before.
    if ((size === '0' && held === undefined) || isExcused(place)) continue
    expect(held?.size, `${place} ${when}`).to.equal(size)
    if (size === '0') continue
    expect(held?.time, `time of ${place} ${when}`).to.equal(time)
    if (survivor !== 'account' || rows.accountTellsEntries)
      expect(held?.entryPrice, `entry of ${place} ${when}`).to.equal(entryPrice)
  }
  // The position endpoint tells no balances.
  if (survivor === 'risk') return
  const balances = await readBalances(hub, main)
  for (const [asset, changes] of truth.wallets)
    expect(balances.get(asset)?.walletBalance, `${asset} ${when}`).to.equal(changes.at(-1)!.balance)
}

/** Plays all that comes, by its own clock, and the questions and answers it leads to. */
async function play(hub: Hub, played: Played, conditions: Conditions) {
  const { rows, truth } = played
  const main = accountAt(rows)
  const wire = openWire(truth, rows, conditions)
  const dueAt = truth.endTime + graceMs(conditions, settleMs) + (rows.balanceLagMs ?? 0)
  const witness = openWitness(truth, rows)
  const asked = new Map<string, number>()
  const positions = hub.keys.positions(main.venue, main.account)
  const byTime = (a: Delivery, b: Delivery) => a.at - b.at
  const coming = wire.deliveries(dueAt).toSorted(byTime)
  // A position that came and went unseen may be told of first by a late and stale word. What is nowhere contradicts no word:
  // the next list without it does, and the question that it leads to.
  const answerMs = graceMs(conditions, 0)
  const firstShownAt = new Map<string, number>()
  const isExcused = (place: string) => (firstShownAt.get(place) ?? 0) > dueAt - answerMs
  let judged = false
  for (let next = coming.shift(); next !== undefined; next = coming.shift()) {
    const { at, source, report } = next
    if (at > dueAt && !judged) {
      await expectTruth(hub, played, 'in time', isExcused)
      judged = true
    }
    const [merged, shown] = await Promise.all([
      mergeAccount(hub, main, source, report, conditions.clockErrorMs),
      hub.redis.hgetall(positions),
    ])
    witness(shown, at)
    for (const place of Object.keys(shown)) if (!firstShownAt.has(place)) firstShownAt.set(place, at)
    for (const place of merged.questions) {
      const symbol = place.slice(0, place.lastIndexOf('/'))
      const key = `${source} ${symbol}`
      if (at - (asked.get(key) ?? -Infinity) < 500) continue
      asked.set(key, at)
      coming.push(...wire.ask(symbol, source, at))
      coming.sort(byTime)
    }
  }
  await expectTruth(hub, played, 'in the end', isExcused)
}

/** What may fail beside the one that does not. */
function faultsAt(
  { venue, balanceLagMs }: AccountRows,
  survivor: AccountSource,
  faults: Readonly<Record<AccountSource, SourceFaults>>,
): Record<AccountSource, SourceFaults> {
  if (survivor !== 'stream') return { ...faults, [survivor]: noFaults }
  const { account, risk } = faults
  return {
    stream: noFaults,
    // Nobody can tell that an answer is older than it says, so one of balances without a time may not be.
    account:
      balanceLagMs === undefined
        ? account
        : { ...account, lagMs: Math.min(account.lagMs, balanceLagMs), frozenForMs: 0 },
    // Where no row may mean flat, two lists that lack a position are believed, so that one of them must be right.
    risk: accountTermsOf(venue).tellsFlat ? risk : noFaults,
  }
}

const soakRuns = process.env['SOAK_RUNS']

for (const rows of accountRows) {
  describe(`an account at ${rows.venue} that three sources tell of`, () => {
    const redis = withRedis({ cluster: true })
    const runs = Number(soakRuns ?? (rows.venue === 'binanceusdm' ? 10 : 5))

    it('becomes what the venue holds, with any two sources failing, and shows nothing wrong on the way', async function () {
      this.timeout(runs * 3_000)
      const rules = fc.record({
        survivor: fc.constantFrom<AccountSource>('account', 'risk', 'stream'),
        faults: fc.record({ account: sourceFaults, risk: sourceFaults, stream: sourceFaults }),
        periodMs: fc.integer({ min: 132, max: 400 }),
        clockErrorMs: fc.integer({ min: 0, max: 40 }),
        seed: fc.integer(),
      })
      await fc.assert(
        fc.asyncProperty(histories, rules, async (history, { survivor, faults, seed, ...rest }) => {
          const hub = await redis.hub()
          const truth = playHistory(history, rows)
          const conditions = { ...rest, faults: faultsAt(rows, survivor, faults), chance: sequence(seed) }
          await play(hub, { rows, truth, survivor }, conditions)
          hub.close()
        }),
        { numRuns: runs, endOnFailure: true, includeErrorInReport: true },
      )
    })
  })
}
