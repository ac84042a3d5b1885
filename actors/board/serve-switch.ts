import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Hub } from '../../lib/hub/hub.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { TradingState } from '../../lib/model/trading-state.ts'
import { readVenueAccounts } from '../../lib/orders/account-summaries.ts'
import { requestFlatten } from '../../lib/orders/flatten-requests.ts'
import { switchTrading } from '../../lib/orders/switch-trading.ts'

const wish = z.strictObject({
  account: z.string().max(100),
  action: z.enum(['halt', 'reduce', 'resume', 'flatten']),
  /** the account's name again, for what lets it trade and for what ends its positions */
  confirm: z.string().max(100).optional(),
})

const states: Readonly<Record<'halt' | 'reduce' | 'resume', TradingState>> = {
  halt: 'halted',
  reduce: 'reducing',
  resume: 'active',
}

interface Answer {
  readonly code: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Takes the buttons of the page. Whether actions are allowed, and from where, the guard has judged before. */
export function serveSwitch(app: FastifyInstance, hub: Hub): void {
  app.post('/api/switch', async (request, reply) => {
    const { code, body } = await turn(hub, request.body).catch((error: unknown): Answer => ({
      code: 503,
      body: { error: describeError(error) },
    }))
    return reply.code(code).header('cache-control', 'no-store').send(body)
  })
}

async function turn(hub: Hub, body: unknown): Promise<Answer> {
  const parsed = wish.safeParse(body)
  if (!parsed.success)
    return refuse(400, 'expected an account, an action and, where one is needed, a confirmation')
  const { account, action, confirm } = parsed.data
  const of = { venue: hub.config.exchange, account }
  if (!(await readVenueAccounts(hub, of.venue)).includes(account))
    return refuse(404, `no account "${account}" at ${of.venue} is in Redis`)
  if ((action === 'resume' || action === 'flatten') && confirm !== account)
    return refuse(400, `${action} needs the account's name as a confirmation`)
  if (action === 'flatten') {
    const isNew = await requestFlatten(hub, of, 'the board', 'person')
    hub.log.warn({ account, isNew }, 'a flatten was asked for')
    return { code: 200, body: { state: 'halted', isNew } }
  }
  const state = states[action]
  const switched = await switchTrading(hub, of, state, `${action} on the board`)
  if (switched.outcome === 'refused') return refuse(409, switched.reason)
  hub.log.warn({ account, before: switched.before, state }, 'the trading state was changed')
  return { code: 200, body: { state, before: switched.before } }
}

function refuse(code: number, error: string): Answer {
  return { code, body: { error } }
}
