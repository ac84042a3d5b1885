import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { raiseAlert } from '../../lib/alert/alerts.ts'
import { readTradingState } from '../../lib/account/trading-states.ts'
import { readFlatten } from '../../lib/orders/flatten-requests.ts'
import { startChild } from '../support/child.ts'
import type { Child } from '../support/child.ts'
import { cleanEnvironment } from '../support/run-program.ts'
import { seedAccount } from '../support/seed-account.ts'
import { untilFound } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'
import type { TestRedis } from '../support/with-redis.ts'

/** A running board. */
interface Board {
  readonly child: Child
  readonly url: string
  readonly password: string
  /** asks with the login, unless other headers are given */
  ask(path: string, init?: RequestInit): Promise<Response>
}

interface Answer {
  readonly problem?: string
  readonly stateAgeMs?: number
  readonly state?: {
    readonly lanes: Record<string, unknown>[]
    readonly budgets: Record<string, unknown>[]
    readonly actors: { kind: string; fields: Record<string, string> }[]
    readonly queues: Record<string, unknown>[]
    readonly alerts: Record<string, unknown>[]
    readonly accounts: {
      readonly tradingState?: string
      readonly figures: Record<string, unknown>
      readonly positions: Record<string, unknown>[]
      readonly conditions: Record<string, unknown>[]
    }[]
  }
}

const pause = '/queues/api/queues/%7Bbackfill-binanceusdm%7D/pause'

/** One board for all tests of the enclosing `describe`, each of which leaves it as the next one needs it. */
function withBoard(redis: TestRedis, namespace: string, ...flags: string[]): () => Board {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-board-'))
  let board: Board | undefined
  before(async () => {
    const configuration = join(folder, 'sluice.json')
    writeFileSync(configuration, '{}')
    const environment = cleanEnvironment({
      REDIS_URL: redis.url(),
      SLUICE_CONFIG: configuration,
      SLUICE_NAMESPACE: namespace,
    })
    const args = ['actors/board', '--port', '0', ...flags]
    const child = startChild('board', process.execPath, args, environment)
    const [, url = '', password = ''] = await child.line(
      /^board ready (http:\S+) user sluice password (\S+)$/m,
    )
    const authorization = `Basic ${Buffer.from(`sluice:${password}`).toString('base64')}`
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(url + path, {
        ...init,
        headers: { authorization, ...(init.headers as Record<string, string> | undefined) },
      })
    board = { child, url, password, ask }
  })
  after(async () => {
    await board?.child.signal('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return () => {
    if (board === undefined) throw new Error('the board of these tests has not started')
    return board
  }
}

async function statusOf(board: Board): Promise<Answer> {
  return (await (await board.ask('/api/status')).json()) as Answer
}

function post(board: Board, body: object, headers = {}): Promise<Response> {
  return board.ask('/api/switch', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })
}

describe('the board', function () {
  this.timeout(30_000)
  const redis = withRedis()

  describe('of a running system', () => {
    const namespace = 'shown'
    before(async () => {
      const hub = await redis.hub({ namespace })
      await seedAccount(hub)
      await raiseAlert(hub, {
        kind: 'halt',
        subject: 'main',
        severity: 'critical',
        text: 'by hand',
        stands: true,
      })
    })
    const opened = withBoard(redis, namespace)

    it('shows nothing without the login, and everything from its own host with it', async () => {
      const board = opened()
      const paths = ['/', '/page.js', '/api/status', '/queues/', '/queues/api/queues', '/none']
      for (const path of paths) {
        const closed = await fetch(board.url + path)
        expect([closed.status, path]).to.deep.equal([401, path])
        const wrong = `Basic ${Buffer.from('sluice:wrong').toString('base64')}`
        expect((await board.ask(path, { headers: { authorization: wrong } })).status).to.equal(401)
      }
      for (const path of paths.slice(0, -1)) {
        const open = await board.ask(path)
        expect([open.status, path]).to.deep.equal([200, path])
        expect(open.headers.get('content-security-policy')).to.contain("default-src 'self'")
      }
      expect(await (await board.ask('/')).text()).to.not.match(/(?:href|src)="(?:https?:)?\/\//)
    })

    it('tells accounts, what they hold and what is wrong with them', async () => {
      const { state, problem } = await statusOf(opened())
      expect(problem).to.equal(undefined)
      const [account] = state?.accounts ?? []
      expect(account).to.include({ account: 'main' })
      expect(account?.figures).to.include({ equity: '1500' })
      expect(account?.positions[0]).to.include({ symbol: 'BTCUSDT', size: '0.5', unrealisedProfit: '500' })
      expect(account?.conditions[0]).to.include({ name: 'difference BTCUSDT/both' })
    })

    it('tells lanes, budgets, alerts, living actors and queues', async () => {
      const board = opened()
      const { state, problem } = await statusOf(board)
      expect(problem).to.equal(undefined)
      expect(state?.alerts[0]).to.include({
        cause: 'halt:main',
        severity: 'critical',
        text: 'by hand',
        count: 1,
      })
      expect(state?.lanes[0]).to.include({
        lane: '1m:all',
        symbols: 2,
        lapMs: 5_263,
        boundMs: 5_012,
        missing: 0,
      })
      expect(state?.budgets[0]).to.include({ address: 'paris', limit: 2_400, closedBy: 429 })
      expect(state?.queues).to.deep.include({
        name: 'backfill-binanceusdm',
        kind: 'backfill',
        waiting: 1,
        active: 0,
        delayed: 0,
        failed: 0,
      })
      const beating = async () => (await statusOf(board)).state?.actors.find(({ kind }) => kind === 'board')
      const actor = await untilFound('the board is among the actors', beating, 5_000)
      expect(actor.fields['url']).to.equal(board.url)
    })

    it('changes nothing unless actions are allowed', async () => {
      const board = opened()
      const refused = await board.ask(pause, { method: 'PUT' })
      expect([refused.status, await refused.text()]).to.deep.equal([
        403,
        '{"error":"read-only: start the board with --allow-actions"}',
      ])
      expect((await post(board, { account: 'main', action: 'halt' })).status).to.equal(403)
    })

    it('keeps its password out of Redis and says it once', async () => {
      const hub = await redis.hub({ namespace })
      const board = opened()
      const beat = async () => (await statusOf(board)).state?.actors[0]
      await untilFound('a heartbeat', beat, 5_000)
      const keys = await hub.redis.keys(`${hub.config.namespace}:*`)
      const dumps = await Promise.all(keys.map((key) => hub.redis.dumpBuffer(key)))
      expect(dumps.some((dump) => dump?.includes(board.password))).to.equal(false)
      expect(board.password).to.have.length.of.at.least(20)
    })

    it('says that Redis does not answer and how old its figures are, and recovers by itself', async () => {
      const board = opened()
      await statusOf(board)
      await redis.server().freeze()
      try {
        const troubled = async () => {
          const answer = await statusOf(board)
          return answer.problem === undefined ? undefined : answer
        }
        const answer = await untilFound('a problem', troubled, 8_000)
        expect(answer.problem).to.match(/Redis/)
        expect(answer.state?.lanes).to.have.length(1)
        expect(answer.stateAgeMs).to.be.greaterThan(500)
      } finally {
        await redis.server().thaw()
      }
      const well = async () => ((await statusOf(board)).problem === undefined ? true : undefined)
      await untilFound('no problem', well, 8_000)
    })

    it('ends in order on a signal', async () => {
      const board = opened()
      // A second heartbeat is later than the first, with which the actor began to listen for signals.
      const beats = async () => {
        const fields = (await statusOf(board)).state?.actors[0]?.fields
        return Number(fields?.['beatAt']) - Number(fields?.['startedAt']) > 300 || undefined
      }
      await untilFound('a second heartbeat', beats, 8_000)
      await board.child.signal('SIGTERM')
      await board.child.line(/"msg":"stopped"/)
    })
  })

  describe('with --allow-actions', () => {
    const namespace = 'changed'
    const opened = withBoard(redis, namespace, '--allow-actions')

    it('takes actions, but none that another site sends with the login', async () => {
      const hub = await redis.hub({ namespace })
      const board = opened()
      const paused = () => hub.redis.hget(`${hub.keys.queuePrefix()}:{backfill-binanceusdm}:meta`, 'paused')
      const foreign = { method: 'PUT', headers: { origin: 'http://elsewhere.example' } }
      expect((await board.ask(pause, foreign)).status).to.equal(403)
      expect(await paused()).to.equal(null)
      expect((await board.ask(pause, { method: 'PUT', headers: { origin: board.url } })).status).to.equal(200)
      expect(await paused()).to.equal('1')
    })

    it('halts, reduces, resumes and flattens an account, the last two by its name alone', async () => {
      const hub = await redis.hub({ namespace })
      await seedAccount(hub)
      const of = { venue: 'binanceusdm', account: 'main' }
      const board = opened()
      const turn = async (action: string, confirm?: string) =>
        (await post(board, { account: 'main', action, confirm })).status
      const foreign = { origin: 'http://elsewhere.example' }
      expect((await post(board, { account: 'main', action: 'halt' }, foreign)).status).to.equal(403)
      expect((await readTradingState(hub, of)).state).to.equal(undefined)
      expect((await post(board, { account: 'mian', action: 'halt' })).status).to.equal(404)
      expect((await post(board, { account: 'main', action: 'sell' })).status).to.equal(400)
      expect(await turn('resume')).to.equal(400)
      expect(await turn('resume', 'main')).to.equal(200)
      expect((await readTradingState(hub, of)).state).to.equal('active')
      expect(await turn('reduce')).to.equal(200)
      expect((await readTradingState(hub, of)).state).to.equal('reducing')
      expect(await turn('halt')).to.equal(200)
      expect((await readTradingState(hub, of)).change).to.deep.include({
        state: 'halted',
        reason: 'halt on the board',
        by: 'person',
      })
      const shown = async () =>
        (await statusOf(board)).state?.accounts[0]?.tradingState === 'halted' || undefined
      await untilFound('the state is shown', shown, 5_000)
      expect(await turn('flatten', 'mian')).to.equal(400)
      expect(await readFlatten(hub, of)).to.equal(undefined)
      expect(await turn('flatten', 'main')).to.equal(200)
      expect((await readFlatten(hub, of))?.request.by).to.equal('person')
      expect(await turn('resume', 'main')).to.equal(409)
      expect((await readTradingState(hub, of)).state).to.equal('halted')
    })
  })
})
