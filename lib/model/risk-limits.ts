import * as z from 'zod'

const money = () => z.number('a number').positive('more than 0').max(1e11, 'at most 100 thousand millions')
const share = (most: number) => z.number('a number').gt(0, 'more than 0').max(most, `at most ${most}`)
const ageMs = () => z.number('a number').int('whole ms').min(1, 'at least 1').max(86_400_000, 'at most a day')
const lifeMs = () =>
  z
    .number('a number')
    .int('whole ms')
    .min(0, 'at least 0')
    .max(31 * 86_400_000, 'at most 31 days')
const part = () => z.number('a number').min(0, 'at least 0').max(1, 'at most 1')
const banMs = () =>
  z
    .number('ms, or null: by hand only')
    .int('whole ms')
    .min(1, 'at least 1')
    .max(31 * 86_400_000, 'at most 31 days')
    .nullable()

/** Each limit of an account: what it is made of. Money is in the quote asset, a share is a fraction. */
const limits = {
  /** of one order */
  orderNotional: money(),
  /** of a symbol's positions and the orders under way to it */
  positionNotional: money(),
  /** of all positions and the orders under way to them */
  grossNotional: money(),
  /** that gross as a multiple of the account's equity */
  leverage: z.number('a number').gt(0, 'more than 0').max(125, 'at most 125'),
  openOrders: z.number('a number').int('a whole number').min(1, 'at least 1').max(10_000, 'at most 10000'),
  /** how far a limit price may be from the mark, up or down */
  priceBand: share(1),
  /** part of the venue's order rates that only protecting and cancelling may use */
  keptForProtect: z.number('a number').min(0, 'at least 0').max(0.9, 'at most 0.9'),
  /** how far the liquidation must be from the mark when a position is opened */
  liquidationDistance: share(1),
  /** part of its notional that a position needs as margin, where the venue has told none */
  maintenanceRate: share(0.5),

  markAgeMs: ageMs(),
  marketAgeMs: ageMs(),
  accountAgeMs: ageMs(),
  incomeAgeMs: ageMs(),
  /** real ms since the last beats of the risk and the order actor */
  beatAgeMs: ageMs(),

  /** venue ms for which an order of the class may rest; 0: for as long as it likes */
  openRestMs: lifeMs(),
  reduceRestMs: lifeMs(),
  /** part of what is left of an order that rested too long that one taker order is made of */
  openTakerShare: part(),
  reduceTakerShare: part(),
  /** venue ms after the first cancel of such an order in which its taker may be sent */
  takerWithinMs: ageMs(),
  /** whether orders that nobody owns are cancelled; they are named in any case */
  cancelUnowned: z.boolean('true or false'),

  /** how far the rungs are from the entry, nearest first */
  rungs: z
    .array(z.number('a number').gt(0, 'more than 0').lt(0.9, 'less than 0.9'))
    .min(1, 'at least one rung')
    .max(30, 'at most 30 rungs')
    .refine(
      (distances) => distances.every((distance, at) => at === 0 || distance > (distances[at - 1] ?? 0)),
      'each rung farther than the one before it',
    ),
  /** how far the stop that closes the rest is behind the last rung, as a part of the entry price */
  closeAllBehind: share(0.1),
  /** part of the way from entry to liquidation within which every rung lies */
  liquidationShare: share(0.95),
  /** difference between a position and its ladder, as a part of the ladder, at which that is replaced */
  replaceBeyond: share(0.5),
  /** how far a rung may be off its place, as a part of the entry price, before the ladder is replaced */
  rungTolerance: share(0.1),
  /** how far the mark is beyond the last rung when the position is closed at once */
  backstopBeyond: share(0.1),
  /** how far two sources may differ, as a part of the price, and still agree on a mark */
  markAgreement: share(0.1),

  symbolLoss4h: money(),
  symbolLoss24h: money(),
  accountLoss24h: money(),
  /** part of a loss limit at which a person is warned */
  warnShare: share(1),
  /** null: a ban ends by hand only */
  symbolBanMs: banMs(),
  accountBanMs: banMs(),
  /** of the equity below its highest so far, net of transfers */
  drawdown: money(),
  /** of all positions of the account */
  unrealisedLoss: money(),
} as const

/** Every limit, as configured: money and shares are numbers still. */
export type RiskLimitNumbers = { readonly [K in keyof typeof limits]: z.infer<(typeof limits)[K]> }

/** The limits that a configuration changes; all others keep their defaults. */
export const riskLimitsSchema: z.ZodType<Partial<RiskLimitNumbers>> = z
  .strictObject(limits)
  .partial() as z.ZodType<Partial<RiskLimitNumbers>>
