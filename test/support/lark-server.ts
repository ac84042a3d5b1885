import { createHmac, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** How the server fails: it is gone, it takes connections and says nothing, or it answers 502 with a page. */
export type Outage = 'gone' | 'silent' | 'broken'

/** What a chat got. */
export interface LarkMessage {
  readonly at: number
  readonly text: string
  /** `app` for a message of the app's bot, `webhook` for one of the custom bot */
  readonly by: 'app' | 'webhook'
}

/** A server that speaks Lark's API as its documentation tells, for one app, one chat and one custom bot. */
export interface LarkServer {
  readonly url: string
  readonly webhook: string
  readonly credentials: typeof credentials
  /** in the order in which the chat got them */
  readonly messages: LarkMessage[]
  readonly counts: { tokens: number; requests: number; limited: number; repeats: number; refused: number }
  /** ms that a token lasts from now on */
  tokenLastsMs: number
  /** what every message is answered for now, instead of being taken: status, body, headers */
  answer: { status: number; body: unknown; headers?: Record<string, string> } | undefined
  /** told of each message that was taken, before the answer leaves; false: the answer never does */
  beforeAnswer: (message: LarkMessage) => boolean
  /** every token is void from now on */
  revokeTokens(): void
  fail(how: Outage): Promise<void>
  recover(): Promise<void>
  close(): Promise<void>
}

const credentials = {
  appId: 'cli_test',
  appSecret: 'lark-app-secret-3f9c1e77',
  chatId: 'oc_test',
  hook: '0a1b2c3d-hook-token-9f8e7d6c',
  signSecret: 'lark-sign-secret-b1946ac9',
}

const renewBelow = 0.25
const perSecondOfChat = 5
const perMinuteOfHook = 100
const hourMs = 3_600_000

/** Starts it on a free port of loopback; an outage keeps the port. */
export async function startLarkServer(): Promise<LarkServer> {
  let outage: Outage | undefined
  let tokens = new Map<string, number>()
  const uuids = new Map<string, number>()
  const sockets = new Set<Socket>()
  const counts = { tokens: 0, requests: 0, limited: 0, repeats: 0, refused: 0 }
  const messages: LarkMessage[] = []

  const http: Server = createServer((request, response) => {
    counts.requests += 1
    if (outage === 'silent') return
    if (outage === 'broken') {
      response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>502 Bad Gateway</html>')
      return
    }
    read(request).then(
      (body) => answerTo(request, body, response),
      () => response.destroy(),
    )
  })
  http.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      http.once('error', reject)
      http.listen(port, '127.0.0.1', () => resolve())
    })
  await listen(0)
  const { port } = http.address() as AddressInfo

  function answerTo(request: IncomingMessage, body: string, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://lark')
    const send = (status: number, value: unknown, headers: Record<string, string> = {}) =>
      void response
        .writeHead(status, { 'Content-Type': 'application/json', ...headers })
        .end(JSON.stringify(value))
    const refuse = (status: number, code: number, msg: string, headers: Record<string, string> = {}) => {
      counts.refused += 1
      send(status, { code, msg }, headers)
    }
    if (request.headers['content-type']?.startsWith('application/json') !== true)
      return refuse(400, 9499, 'Bad Request')
    let fields: Record<string, unknown>
    try {
      fields = JSON.parse(body) as Record<string, unknown>
    } catch {
      return refuse(400, 9499, 'Bad Request')
    }
    if (url.pathname === '/open-apis/auth/v3/tenant_access_token/internal') {
      if (fields['app_id'] !== credentials.appId) return refuse(200, 10003, 'invalid param')
      if (fields['app_secret'] !== credentials.appSecret) return refuse(200, 10014, 'app secret invalid')
      const { token, leftMs } = giveToken()
      return send(200, { code: 0, msg: 'ok', tenant_access_token: token, expire: Math.floor(leftMs / 1000) })
    }
    const { answer } = server
    if (answer !== undefined) {
      counts.refused += 1
      return send(answer.status, answer.body, answer.headers)
    }
    if (url.pathname === '/open-apis/im/v1/messages') return takeMessage(request, url, fields, send, refuse)
    if (url.pathname === `/open-apis/bot/v2/hook/${credentials.hook}`)
      return takeWebhook(body, fields, send, refuse)
    refuse(200, 19001, 'param invalid: incoming webhook access token invalid')
  }

  type Send = (status: number, value: unknown, headers?: Record<string, string>) => void
  type Refuse = (status: number, code: number, msg: string, headers?: Record<string, string>) => void

  function takeMessage(
    request: IncomingMessage,
    url: URL,
    fields: Record<string, unknown>,
    send: Send,
    refuse: Refuse,
  ): void {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined) return refuse(400, 99991661, 'Missing access token for authorization')
    if ((tokens.get(token) ?? 0) < Date.now())
      return refuse(400, 99991663, 'Invalid access token for authorization')
    if (url.searchParams.get('receive_id_type') !== 'chat_id' || fields['receive_id'] !== credentials.chatId)
      return refuse(
        400,
        230001,
        'Your request contains an invalid request parameter, ext=invalid receive_id.',
      )
    const text = textIn(fields['content'])
    if (fields['msg_type'] !== 'text' || text === undefined) return refuse(400, 230001, 'invalid content')
    const uuid = fields['uuid']
    if (uuid !== undefined && (typeof uuid !== 'string' || uuid.length > 50))
      return refuse(400, 230001, 'Your request contains an invalid request parameter, ext=uuid too long.')
    if (tooMany('app', perSecondOfChat, 1_000))
      return refuse(400, 230020, 'This operation triggers the frequency limit, ext=chat rate limit.')
    const before = uuid === undefined ? undefined : uuids.get(uuid)
    if (before !== undefined && Date.now() - before < hourMs) {
      counts.repeats += 1
      return send(200, { code: 0, msg: 'success', data: { message_id: 'om_before' } })
    }
    if (uuid !== undefined) uuids.set(uuid, Date.now())
    if (take(text, 'app'))
      send(200, { code: 0, msg: 'success', data: { message_id: `om_${messages.length}` } })
  }

  function takeWebhook(body: string, fields: Record<string, unknown>, send: Send, refuse: Refuse): void {
    const stamp = Number(fields['timestamp'])
    const signed = createHmac('sha256', [stamp, credentials.signSecret].join('\n')).digest('base64')
    const isFresh = Math.abs(Date.now() / 1000 - stamp) <= 3_600
    if (!isFresh || fields['sign'] !== signed)
      return refuse(200, 19021, 'sign match fail or timestamp is not within one hour from current time')
    if (Buffer.byteLength(body) > 20 * 1024) return refuse(200, 9499, 'Bad Request')
    if (tooMany('webhook', perSecondOfChat, 1_000) || tooMany('webhook', perMinuteOfHook, 60_000))
      return refuse(200, 11232, 'frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]')
    const { text } = fields['content'] as { text?: unknown }
    if (fields['msg_type'] !== 'text' || typeof text !== 'string') return refuse(200, 9499, 'Bad Request')
    if (take(text, 'webhook'))
      send(200, { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' })
  }

  function giveToken(): { token: string; leftMs: number } {
    const now = Date.now()
    for (const [token, endsAt] of tokens)
      if (endsAt - now > server.tokenLastsMs * renewBelow) return { token, leftMs: endsAt - now }
    const token = `t-${randomBytes(16).toString('hex')}`
    tokens.set(token, now + server.tokenLastsMs)
    counts.tokens += 1
    return { token, leftMs: server.tokenLastsMs }
  }

  function tooMany(by: LarkMessage['by'], most: number, withinMs: number): boolean {
    const since = Date.now() - withinMs
    const limited = messages.filter((each) => each.by === by && each.at > since).length >= most
    if (limited) counts.limited += 1
    return limited
  }

  function take(text: string, by: LarkMessage['by']): boolean {
    const message = { at: Date.now(), text, by }
    messages.push(message)
    return server.beforeAnswer(message)
  }

  function hangUp(): void {
    for (const socket of sockets) socket.destroy()
  }

  const server: LarkServer = {
    url: `http://127.0.0.1:${port}`,
    webhook: `http://127.0.0.1:${port}/open-apis/bot/v2/hook/${credentials.hook}`,
    credentials,
    messages,
    counts,
    tokenLastsMs: 7_200_000,
    answer: undefined,
    beforeAnswer: () => true,
    revokeTokens() {
      tokens = new Map()
    },
    async fail(how) {
      outage = how
      if (how !== 'gone') return
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      hangUp()
      await closed
    },
    async recover() {
      const was = outage
      outage = undefined
      hangUp()
      if (was === 'gone') await listen(port)
    },
    async close() {
      hangUp()
      if (http.listening) await new Promise<void>((resolve) => http.close(() => resolve()))
    },
  }
  return server
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function textIn(content: unknown): string | undefined {
  try {
    const { text } = JSON.parse(String(content)) as { text?: unknown }
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}
