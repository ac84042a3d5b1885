import { setTimeout as sleep } from 'node:timers/promises'
import { closeKeys } from '../model/account-keys.ts'
import { describeError } from '../model/errors.ts'
import type { VenueClient } from './ccxt.ts'
import { checkShape } from './check-shape.ts'
import type { Finding, Shape } from './check-shape.ts'
import { connectStream } from './connect-stream.ts'
import type { StreamLogin } from './connect-stream.ts'
import type { Sight } from './sight.ts'
import type { StreamGreeting, VenueAccount } from './venue-account.ts'
import type { ChannelShapes, PublicRoute, VenueShapes } from './venue-shapes.ts'

// Real ms. An account tells something only when something happens.
const listenMs = 2_000
// OKX takes three new connections of an address in a second.
const betweenMs = 400

interface Route {
  readonly url: string
  readonly isPrivate: boolean
  readonly channels: ChannelShapes
  readonly greeting: StreamGreeting | undefined
  /** of which one message at least must come */
  readonly awaited: readonly string[]
}

/** Connects to each address of streams, the private ones where there is a login, and looks at what comes. */
export async function probeStreams(
  client: VenueClient,
  shapes: VenueShapes,
  of: {
    readonly account: VenueAccount
    readonly login: StreamLogin | undefined
    readonly openKey: () => Promise<string>
    readonly symbol: string | undefined
    /** real ms */
    readonly withinMs: number
  },
): Promise<Sight[]> {
  const { account, login, openKey, symbol, withinMs } = of
  const turn = openTurns(betweenMs)
  const ofMarket = shapes.publicRoutes.map(async (route): Promise<Sight> => {
    const url = route.url(client.urls)
    if (symbol === undefined)
      return toSight(
        { url, isPrivate: false, awaited: route.channels },
        'not asked: no symbol is known',
        [],
        0,
      )
    await turn()
    return listen(client, shapes, toRoute(route, url, symbol, shapes), nobody, withinMs)
  })
  const ofAccount =
    login === undefined ? [] : [listenToAccount(client, shapes, { account, login, openKey, turn, withinMs })]
  return [...(await Promise.all(ofMarket)), ...(await Promise.all(ofAccount)).flat()]
}

/** Lets one after the other go, so many real ms apart. */
function openTurns(apartMs: number): () => Promise<void> {
  let nextAt = 0
  return async () => {
    const at = Math.max(Date.now(), nextAt)
    nextAt = at + apartMs
    await sleep(at - Date.now())
  }
}

const nobody: StreamLogin = { keys: closeKeys('key-of-nobody', 'secret-of-nobody'), now: () => 0 }

async function listenToAccount(
  client: VenueClient,
  shapes: VenueShapes,
  of: {
    readonly account: VenueAccount
    readonly login: StreamLogin
    readonly openKey: () => Promise<string>
    readonly turn: () => Promise<void>
    readonly withinMs: number
  },
): Promise<Sight[]> {
  const { account, login, openKey, turn, withinMs } = of
  let key: string
  try {
    key = await openKey()
  } catch (error) {
    const place = { url: '', isPrivate: true, awaited: [] }
    return [toSight(place, `no key to it: ${describeError(error)}`, [], 0)]
  }
  const { greeting } = account
  const routes = account.streamUrls(client, key).map((url): Route => ({
    url,
    isPrivate: true,
    channels: shapes.privateChannels,
    greeting,
    awaited: [],
  }))
  return Promise.all(
    routes.map(async (route) => {
      await turn()
      return listen(client, shapes, route, login, withinMs)
    }),
  )
}

/** A public address asks for no login: what is said first is the subscription. */
function toRoute(route: PublicRoute, url: string, symbol: string, shapes: VenueShapes): Route {
  const greeting: StreamGreeting = {
    login: () => route.subscription(symbol) as Record<string, unknown>,
    subscription: () => ({ subscribe: {}, answers: route.answers }),
    answerOf(message) {
      const answer = route.answerOf(message)
      return typeof answer === 'object' ? answer : answer ? 'subscribed' : undefined
    },
  }
  return { url, isPrivate: false, channels: shapes.publicChannels, greeting, awaited: route.channels }
}

/** Resolves when each awaited channel has spoken, else when the time is over. */
async function listen(
  client: VenueClient,
  shapes: VenueShapes,
  route: Route,
  login: StreamLogin,
  withinMs: number,
): Promise<Sight> {
  const heard = openNotes(shapes, route.channels)
  const missing = () => route.awaited.filter((channel) => !heard.channels.has(channel))
  const silent = () =>
    missing().length === 0 ? undefined : `no message of ${missing().join(', ')} within ${withinMs / 1000} s`
  const isDone = () => route.awaited.length > 0 && missing().length === 0

  const problem = await new Promise<string | undefined>((resolve) => {
    let isOpen = false
    let timer = setTimeout(() => finish(`not open within ${withinMs / 1000} s`), withinMs)
    const finish = (why: string | undefined) => {
      clearTimeout(timer)
      connection.close()
      resolve(why)
    }
    const connection = connectStream(
      client,
      {
        accountTimeOf: () => undefined,
        toUserEvents(message) {
          heard.take(message)
          if (isOpen && isDone()) finish(undefined)
          return []
        },
        ...(route.greeting === undefined ? {} : { greeting: route.greeting }),
      },
      [route.url],
      login,
      {
        onOpen() {
          isOpen = true
          clearTimeout(timer)
          timer = setTimeout(() => finish(silent()), route.awaited.length > 0 ? withinMs : listenMs)
          if (isDone()) finish(undefined)
        },
        onEvent() {},
        onSign() {},
        onLost: finish,
        onEnd: (reason) => finish(`ended: ${reason}`),
      },
    )
  })
  return toSight(route, problem, heard.findings(), heard.messages())
}

/** What was found in the messages of one connection. */
function openNotes({ channelOf }: VenueShapes, known: ChannelShapes) {
  const findings = new Map<string, Finding>()
  const channels = new Set<string>()
  let messages = 0
  return {
    channels,
    messages: () => messages,
    findings: () => [...findings.values()],
    take(message: unknown): void {
      const channel = channelOf(message)
      if (channel === undefined) return
      messages += 1
      channels.add(channel)
      for (const each of findIn(channel, known[channel], message)) {
        const key = `${each.kind} ${each.path} ${each.found}`
        const { count } = findings.get(key) ?? { count: 0 }
        findings.set(key, { ...each, count: each.count + count })
      }
    },
  }
}

function findIn(channel: string, shape: Shape | undefined, message: unknown): Finding[] {
  if (shape === undefined) return [{ kind: 'event', path: channel, expected: '', found: '', count: 1 }]
  return checkShape(shape, message).map((each) => ({ ...each, path: `${channel} ${each.path}`.trim() }))
}

function toSight(
  { url, isPrivate, awaited }: Pick<Route, 'url' | 'isPrivate' | 'awaited'>,
  problem: string | undefined,
  findings: readonly Finding[],
  rows: number,
): Sight {
  // The rest of an address may hold a key.
  const place = ['stream', url === '' ? 'of the account' : new URL(url).pathname, ...awaited].join(' ')
  return { place, isPrivate, isRead: isPrivate, problem, findings, rows }
}
