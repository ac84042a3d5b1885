import { setTimeout as sleep } from 'node:timers/promises'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition } from './bench.ts'
import { watchEmptyJobs, watchFetchJobs } from './job-latencies.ts'
import { venueLimit } from './lap.ts'
import { watchQueue } from './queue-depth.ts'
import { printTable, tellProgress } from './report.ts'
import type { Row } from './report.ts'
import { percentile } from './statistics.ts'
import { withSystem } from './system.ts'

const symbols = 200
const slots = 8
// The code of every process runs hot before anything is counted, in real ms.
const warmUpMs = 3_000
const closedMs = 10_000
// A dead worker's jobs count as its own until its heartbeat has run out.
const withoutWorkerMs = 10_000
const handoutTargetMs = 250
const startTargetMs = 50

/** How fast a handed-out symbol becomes a request, and how short the queue stays. */
export const dispatchBench: BenchDefinition = {
  name: 'dispatch',
  summary:
    'From handout to the request leaving, and the length of the queue, also with nobody able to work on it.',
  options: [
    numberOption('rate-jobs', 'jobs a second', { fallback: 40, least: 1, most: venueLimit / 60 }),
    numberOption('seconds', 'how long to measure at that rate', { fallback: 60, least: 5, most: 3_600 }),
  ],
  async run(flags, signal) {
    const rateJobs = flagOf(flags, 'rateJobs')
    const seconds = flagOf(flags, 'seconds')
    const share = (rateJobs * 60) / venueLimit
    // The simulator permits more than is used: this is about dispatch, and the universe's own requests come on top.
    const weightLimit = Math.ceil(venueLimit / 0.95)
    const options = { symbols, processes: 1, addresses: 1, share, weightLimit, concurrency: slots }
    return withSystem(options, signal, async (system) => {
      const { venue, klines } = system
      const { hub } = system.redis
      const depth = watchQueue(hub)
      const fetches = await watchFetchJobs(hub)
      const empties = watchEmptyJobs(hub, rateJobs)
      try {
        await system.untilAnswered()
        await sleep(warmUpMs, undefined, { signal })
        for (const watched of [fetches, empties, depth]) watched.reset()
        tellProgress(`measuring for ${seconds} s`)
        const startedAt = Date.now()
        await sleep(seconds * 1_000, undefined, { signal })
        const jobs = [...fetches.results]
        const jobsPerS = (jobs.length * 1_000) / (Date.now() - startedAt)
        const emptyMs = [...empties.addToStartMs]
        const maxWaiting = depth.reset()

        tellProgress(`closing the address for ${closedMs / 1_000} s`)
        await venue.refuseFor(closedMs)
        await sleep(closedMs, undefined, { signal })
        const maxWaitingClosed = depth.reset()
        await sleep(warmUpMs, undefined, { signal })

        tellProgress(`killing every kline process, and waiting ${withoutWorkerMs / 1_000} s`)
        depth.reset()
        await Promise.all(klines.map((kline) => kline.stop('SIGKILL')))
        await sleep(withoutWorkerMs, undefined, { signal })
        const maxWaitingNoWorker = depth.reset()

        const toLeave = jobs.map(({ handedAt, leftAt }) => leftAt - handedAt)
        const toStart = jobs.map(({ handedAt, startedAt: at }) => at - handedAt)
        const figures = {
          jobsPerS,
          handoutToLeaveP50Ms: percentile(toLeave, 0.5),
          handoutToLeaveP99Ms: percentile(toLeave, 0.99),
          addToStartP50Ms: percentile(toStart, 0.5),
          addToStartP99Ms: percentile(toStart, 0.99),
          maxWaiting,
          slots,
          maxWaitingClosed,
          maxWaitingNoWorker,
          emptyJobP50Ms: percentile(emptyMs, 0.5),
          emptyJobP99Ms: percentile(emptyMs, 0.99),
        }
        const least = `target at most ${2 * slots}, twice the slots`
        printTable([
          { figure: 'jobs a second', measured: jobsPerS.toFixed(2), beside: `asked for ${rateJobs}` },
          spread('handout to request leaving', toLeave, `target p99 at most ${handoutTargetMs} ms`),
          spread('add to start', toStart, `target p99 at most ${startTargetMs} ms`),
          spread(
            'add to start, empty job',
            emptyMs,
            `plain BullMQ, ${emptyMs.length} jobs beside in the same run`,
          ),
          { figure: 'waiting at most', measured: String(maxWaiting), beside: least },
          { figure: 'waiting, address closed', measured: String(maxWaitingClosed), beside: least },
          { figure: 'waiting, workers killed', measured: String(maxWaitingNoWorker), beside: least },
        ])
        return figures
      } finally {
        await Promise.all([fetches.stop(), empties.stop(), depth.stop()])
      }
    })
  },
}

function spread(figure: string, ms: readonly number[], beside: string): Row {
  const at = (share: number) => percentile(ms, share).toFixed(1)
  return { figure, measured: `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} ms`, beside }
}
