import type { AccountSource } from '../model/position-report.ts'
import type { Interval } from '../model/timeframe.ts'

/** Every Redis key of the system. The tag in braces keeps what one script touches in one cluster slot. */
export interface Keys {
  readonly namespace: string
  instruments(venue: string): string
  lane(venue: string, interval: Interval, lane: string): string
  /** how many positions of the lane were handed out */
  cursor(venue: string, interval: Interval, lane: string): string
  /** zset: job -> when it was handed out, for jobs whose request has not left yet */
  handouts(venue: string): string
  /** hash: lane -> its last lap */
  laps(venue: string): string
  /** hash: symbol -> its last two klines */
  heads(venue: string, interval: Interval): string
  klines(venue: string, interval: Interval, symbol: string): string
  /** hash: symbol -> venue time of its last poll; for tickers and marks one field, `ticker` or `mark` */
  polls(venue: string, of: Interval | 'ticker' | 'mark'): string
  /** hash: symbol -> best bid and ask */
  tickers(venue: string): string
  /** hash: `SYMBOL/side` -> position; `paper` is the account of the paper orders */
  positions(venue: string, account: string): string
  /** set: the accounts whose positions are kept */
  accounts(venue: string): string
  /** zset: symbol that the account has to do with -> real ms until which that is believed without another word */
  held(venue: string, account: string): string
  /** hash: symbol -> mark price and funding */
  marks(venue: string): string
  /** zset: the living members of a group that shares its work by turns */
  members(venue: string, group: string): string
  feed(venue: string): string
  feedSequence(venue: string): string
  /** hash: the budget of an address; of one limit where the venue has several by address */
  egress(venue: string, address: string, limit?: string): string
  /** hash: what an account has used of one of the venue's limits by user, or by user and instrument */
  rates(venue: string, account: string, limit: string, symbol?: string): string
  /** zset: booking -> us at which it leaves; beside the hash of a limit with a rolling window */
  starts(budget: string): string
  /** zset: address, or address and limit with a space between -> when a request last left by it */
  addresses(venue: string): string
  lease(venue: string, of: string): string
  /** hash: what the leader last found of the venue's clock */
  clock(venue: string): string
  /** hash: `STRATEGY/SYMBOL` -> the strategy's part of a position */
  strategyPositions(venue: string, account: string): string
  /** hash: one order by its client order id */
  order(venue: string, account: string, id: string): string
  /** zset: order ids, the open ones by submission, the ended ones by their end */
  orders(venue: string, account: string, of: 'open' | 'ended'): string
  /** stream: every state that an order came to */
  orderRecords(venue: string, account: string): string
  /** stream: every request, answer and decision on the way of an order */
  journal(venue: string, account: string): string
  /** stream: one fill each */
  fills(venue: string, account: string): string
  /** stream: what changed the wallets, or funding alone on paper */
  income(venue: string, account: string): string
  /** zset: what changed the wallets in the last 25 h -> its time */
  recentIncome(venue: string, account: string): string
  /** hash: asset -> balance */
  balances(venue: string, account: string): string
  /** hash: `SYMBOL/side` or asset -> what the source said of it last */
  reports(venue: string, account: string, source: AccountSource): string
  /** hash: `SOURCE heard`, `SOURCE positions`, `SOURCE balances` -> askedAt of its last word and complete snapshots */
  sources(venue: string, account: string): string
  /** hash: name of a condition -> JSON with `since` in ms and `text`; of a venue, or of an account at one */
  conditions(venue: string, account?: string): string
  /** channel: what changes in an account */
  accountFeed(venue: string, account: string): string
  accountFeedSequence(venue: string, account: string): string
  /** channel: that an account's claims have released something */
  releases(venue: string, account: string): string
  accountLease(venue: string, account: string, of: string): string
  /** hash: intent id -> what was claimed for it, and what became of it */
  claims(venue: string, account: string): string
  /** zset: intent id -> when its claim was made, or ended */
  claimed(venue: string, account: string, of: 'open' | 'ended'): string
  /** zset: order that rested too long -> venue ms until which its taker may be sent */
  staleOrders(venue: string, account: string): string
  /** hash: symbol -> venue ms up to which all of its trades are in the fills; `*`: when that began */
  auditedTrades(venue: string, account: string): string
  /** hash: counter -> what the standing claims hold of it */
  reserved(venue: string, account: string): string
  /** what every key of conditions is like; the tag is what the braces hold */
  conditionsPattern(): string
  /** hash: what is known of one cause of alerts */
  alert(cause: string): string
  /** zset: cause -> us from which its news is looked at; zset: cause -> us of its last news; set: who watches what stands */
  alerts(of: 'due' | 'recent' | 'watched'): string
  /** lease of whoever hands alerts over to the channels */
  alertLease(): string
  /** hash: symbol -> margin mode, leverage and largest notional that the account has set */
  symbolSettings(venue: string, account: string): string
  /** string: how the account was found to be set up, JSON */
  modes(venue: string, account: string): string
  /** string: active, reducing or halted; absent: halted */
  tradingState(venue: string, account: string): string
  /** string: venue ms at which a trading state was last written where none stood */
  tradingEpoch(venue: string, account: string): string
  /** string: the last change of the trading state, JSON */
  tradingChange(venue: string, account: string): string
  /** string: the highest equity of an account net of transfers, JSON */
  drawdown(venue: string, account: string): string
  /** hash: the account's last flatten, and how far it has come */
  flatten(venue: string, account: string): string
  /** hash: symbol or ALL -> venue ms at which its ban was lifted by hand */
  forgiven(venue: string, account: string): string
  /** hash: `SYMBOL/side` -> what is remembered of the position's stops, JSON */
  ladders(venue: string, account: string): string
  /** hash: symbol or ALL -> why it may not be opened, since when and until when */
  bans(venue: string, account: string): string
  /** set: who has a write under way that must be on disk; of a server, whatever the namespace */
  syncing(): string
  /** string: id of the server's run whose own setting is to sync every second; of a server, too */
  syncedBefore(): string
  actors(): string
  actor(id: string): string
  /** prefix of BullMQ's keys */
  queuePrefix(): string
}

/** The keys under `namespace`. */
export function createKeys(namespace: string): Keys {
  const key = (family: string, tag: string, ...detail: string[]) =>
    [namespace, family, `{${tag}}`, ...detail].join(':')
  return {
    namespace,
    instruments: (venue) => key('instruments', venue),
    lane: (venue, interval, lane) => key('lane', venue, interval, lane),
    cursor: (venue, interval, lane) => key('cursor', venue, interval, lane),
    handouts: (venue) => key('handouts', venue),
    laps: (venue) => key('laps', venue),
    heads: (venue, interval) => key('kline', venue, interval),
    klines: (venue, interval, symbol) => key('klines', venue, interval, symbol),
    polls: (venue, of) => key('polls', venue, of),
    tickers: (venue) => key('tickers', venue),
    positions: (venue, account) => key('positions', `${venue}:${account}`),
    accounts: (venue) => key('accounts', venue),
    held: (venue, account) => key('held', `${venue}:${account}`),
    marks: (venue) => key('marks', venue),
    members: (venue, group) => key('members', venue, group),
    feed: (venue) => key('feed', venue),
    feedSequence: (venue) => key('feed', venue, 'sequence'),
    egress: (venue, address, ...limit) => key('egress', `${venue}:${address}`, ...told(limit)),
    rates: (venue, account, ...of) => key('rates', `${venue}:${account}`, ...told(of)),
    starts: (budget) => `${budget}:starts`,
    addresses: (venue) => key('addresses', venue),
    lease: (venue, of) => key('lease', venue, of),
    clock: (venue) => key('clock', venue),
    strategyPositions: (venue, account) => key('strategy-positions', `${venue}:${account}`),
    order: (venue, account, id) => key('order', `${venue}:${account}`, id),
    orders: (venue, account, of) => key('orders', `${venue}:${account}`, of),
    orderRecords: (venue, account) => key('orders', `${venue}:${account}`, 'records'),
    journal: (venue, account) => key('journal', `${venue}:${account}`),
    fills: (venue, account) => key('fills', `${venue}:${account}`),
    income: (venue, account) => key('income', `${venue}:${account}`),
    recentIncome: (venue, account) => key('income', `${venue}:${account}`, 'recent'),
    balances: (venue, account) => key('balances', `${venue}:${account}`),
    reports: (venue, account, source) => key('reports', `${venue}:${account}`, source),
    sources: (venue, account) => key('sources', `${venue}:${account}`),
    conditions: (venue, account) => key('conditions', account === undefined ? venue : `${venue}:${account}`),
    accountFeed: (venue, account) => key('feed', `${venue}:${account}`),
    accountFeedSequence: (venue, account) => key('feed', `${venue}:${account}`, 'sequence'),
    releases: (venue, account) => key('feed', `${venue}:${account}`, 'releases'),
    accountLease: (venue, account, of) => key('lease', `${venue}:${account}`, of),
    claimed: (venue, account, of) => key('claims', `${venue}:${account}`, of),
    claims: (venue, account) => key('claims', `${venue}:${account}`),
    staleOrders: (venue, account) => key('orders', `${venue}:${account}`, 'stale'),
    auditedTrades: (venue, account) => key('fills', `${venue}:${account}`, 'audited'),
    reserved: (venue, account) => key('reserved', `${venue}:${account}`),
    conditionsPattern: () => key('conditions', '*'),
    alert: (cause) => key('alert', 'alert', cause),
    alerts: (of) => key('alerts', 'alert', of),
    alertLease: () => key('lease', 'alert', 'hand-over'),
    symbolSettings: (venue, account) => key('symbol-settings', `${venue}:${account}`),
    modes: (venue, account) => key('modes', `${venue}:${account}`),
    tradingState: (venue, account) => key('trading-state', `${venue}:${account}`),
    tradingEpoch: (venue, account) => key('trading-epoch', `${venue}:${account}`),
    tradingChange: (venue, account) => key('trading-state', `${venue}:${account}`, 'change'),
    drawdown: (venue, account) => key('drawdown', `${venue}:${account}`),
    flatten: (venue, account) => key('flatten', `${venue}:${account}`),
    forgiven: (venue, account) => key('bans', `${venue}:${account}`, 'forgiven'),
    ladders: (venue, account) => key('ladders', `${venue}:${account}`),
    bans: (venue, account) => key('bans', `${venue}:${account}`),
    syncing: () => 'sluice:syncing',
    syncedBefore: () => 'sluice:syncing:before',
    actors: () => `${namespace}:actors`,
    actor: (id) => `${namespace}:actor:${id}`,
    queuePrefix: () => `${namespace}:queue`,
  }
}

function told(parts: readonly (string | undefined)[]): string[] {
  return parts.filter((part) => part !== undefined)
}
