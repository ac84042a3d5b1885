import { isIP } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { Running } from '../../lib/hub/actor.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { ConfigError, describeError } from '../../lib/model/errors.ts'
import { readBoardState } from './board-state.ts'
import { guard } from './guard.ts'
import { chooseLogin } from './login.ts'
import { servePage } from './page.ts'
import { openQueuePages } from './queue-pages.ts'
import { serveSwitch } from './serve-switch.ts'

// A browser that stops half way must not hold the board, in real ms.
const requestTimeoutMs = 10_000
const largestBody = 64 * 1024

/** Serves the board until it is stopped, and prints once how to log in. Throws ConfigError when it cannot listen. */
export async function openBoard(hub: Hub): Promise<Running> {
  const { config } = hub
  const login = chooseLogin(config.boardPassword)
  const app = fastify({
    requestTimeout: requestTimeoutMs,
    connectionTimeout: requestTimeoutMs,
    bodyLimit: largestBody,
    forceCloseConnections: true,
  })
  const state = readBoardState(hub)
  const queuePages = openQueuePages(hub)
  const release = async () => {
    await app.close()
    await Promise.all([state.close(), queuePages.close()])
  }
  try {
    await guard(app, login, config.allowActions)
    servePage(app)
    app.get('/api/status', async (_request, reply) =>
      reply.header('cache-control', 'no-store').send(await state.read()),
    )
    serveSwitch(app, hub)
    await app.register(queuePages.plugin, { prefix: '/queues' })
    const url = await listen(app, config.host, config.port)
    // The login goes to whoever started the board and nowhere else: no Redis, no JSON log.
    process.stdout.write(`board ready ${url} user ${login.user} password ${login.shown}\n`)
    hub.log.info({ url, allowActions: config.allowActions }, 'board ready')
    return { tell: () => ({ url, actions: config.allowActions ? 'allowed' : 'off' }), stop: release }
  } catch (error) {
    await release()
    throw error
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw new ConfigError(explain(error as NodeJS.ErrnoException, host, port), { cause: error })
  }
  const { port: listening } = app.server.address() as AddressInfo
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${listening}`
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): string {
  const other = 'give another one with --port'
  if (error.code === 'EADDRINUSE') return `expected port ${port} of ${host} to be free, it is taken; ${other}`
  if (error.code === 'EACCES') return `expected a port that this user may open, was ${port}; ${other}`
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return `--host must be an address of this machine, was "${host}"`
  }
  return `cannot listen on ${host}:${port}: ${describeError(error)}`
}
