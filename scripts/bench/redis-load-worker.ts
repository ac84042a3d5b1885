import { parentPort, workerData } from 'node:worker_threads'
import { encodeKline } from '../../lib/model/kline.ts'
import { benchSymbol, liveKline } from './hub-data.ts'
import { connectRaw, toCommand } from './raw-connection.ts'
import type { RawConnection } from './raw-connection.ts'
import { loadOrderSchema, loadPlanSchema } from './redis-load.ts'
import type { LoadKind } from './redis-load.ts'

const symbolsPerConnection = 4

const { endpoint, from, connections: count, keys, shas } = loadPlanSchema.parse(workerData)
const connections = await Promise.all(Array.from({ length: count }, () => connectRaw(endpoint)))
const versions = new Map<number, number>()

const incr = toCommand('INCR', keys.counter)
const scriptedIncr = toCommand('EVALSHA', shas.incr, 1, keys.counter)
const handout = toHandout(1)
const tenHandouts = toHandout(10)

parentPort?.on('message', (message: unknown) => {
  const { kind, ms } = loadOrderSchema.parse(message)
  const stopAt = performance.now() + ms
  void Promise.all(connections.map((connection, i) => keepBusy(connection, kind, from + i, stopAt))).then(
    (counts) => parentPort?.postMessage(counts.reduce((sum, operations) => sum + operations, 0)),
  )
})
parentPort?.postMessage('ready')

async function keepBusy(
  connection: RawConnection,
  kind: LoadKind,
  at: number,
  stopAt: number,
): Promise<number> {
  let operations = 0
  while (performance.now() < stopAt) {
    await connection.send(commandOf(kind, at, operations))
    operations += 1
  }
  return operations
}

/** The same commands that the hub's wrappers send; every connection has symbols of its own, so that each row wins. */
function commandOf(kind: LoadKind, connection: number, operation: number): string {
  if (kind === 'incr') return incr
  if (kind === 'scriptedIncr') return scriptedIncr
  if (kind === 'handout') return handout
  if (kind === 'tenHandouts') return tenHandouts
  const index = connection * symbolsPerConnection + (operation % symbolsPerConnection)
  const version = (versions.get(index) ?? 0) + 1
  versions.set(index, version)
  const symbol = benchSymbol(index)
  const row = encodeKline(liveKline(version))
  if (kind === 'hset') return toCommand('HSET', keys.rows, symbol, row)
  const group = [`[${index},0,1]`, symbol, row]
  const mergeKeys = [keys.heads, keys.polls, keys.sequence, `${keys.klines}${symbol}`]
  return toCommand('EVALSHA', shas.klinesMerge, 4, ...mergeKeys, keys.channel, 60, 500, 0, ...group)
}

function toHandout(symbols: number): string {
  return toCommand('EVALSHA', shas.cursorAdvance, 3, keys.lease, keys.lane, keys.cursor, keys.token, symbols)
}
