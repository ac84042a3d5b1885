import { createInterface } from 'node:readline/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { endFlatten, readFlatten, requestFlatten } from '../../lib/orders/flatten-requests.ts'
import type { StoredFlatten } from '../../lib/orders/flatten-requests.ts'
import { nameAccount } from './name-account.ts'
import type { Terminal } from './terminal.ts'
import { untilSignal } from './until-signal.ts'
import { toWhole } from './whole-option.ts'
import { configOf, withHub } from './with-hub.ts'

interface FlattenOptions extends Record<string, unknown> {
  readonly reason?: string
  readonly yes?: boolean
  readonly stop?: boolean
  readonly wait: string
}

// Real ms.
const lookEveryMs = 200
const stopTries = 20

/** `sluice flatten` */
export function flattenCommand(terminal: Terminal): Command {
  const command = createCommand(
    'flatten',
    'Halts an account and takes all of its positions to nothing, stops last.',
  )
    .option('--yes', 'do not ask first')
    .option('--reason <text>', 'why, for whoever looks at it later', 'sluice flatten')
    .option('--wait <seconds>', 'how long to watch it', '60')
    .option('--stop', 'ends a flatten that is under way; the account stays halted')
    .addHelpText(
      'after',
      `
The risk actor that leads does it: orders that rest are cancelled, positions are left by market orders that only reduce,
and when two sources say that nothing is left the stops are cancelled. It goes on when this command ends, and after the
actor was started again. Exit code 0 when the account is flat, 1 when it is not yet.

Examples:
  sluice flatten --account main
  sluice flatten --account main --yes --reason "wrong strategy" --wait 120
  sluice flatten --account main --stop`,
    )
    .action(async (options: FlattenOptions) => {
      const waitS = toWhole('--wait', options.wait, 0, 3_600)
      await withHub(configOf(options), async (hub) => {
        const of = await nameAccount(hub)
        if (options.stop === true) return stop(terminal, hub, of)
        if (options.yes !== true && !(await isSure(of))) {
          terminal.line('nothing was done')
          process.exitCode = 1
          return
        }
        const isNew = await requestFlatten(hub, of, options.reason ?? '', 'person')
        terminal.line(
          `${of.account} at ${of.venue} is halted and ${isNew ? 'is being' : 'was being'} flattened`,
        )
        await watch(terminal, hub, of, waitS * 1_000)
      })
    })
  return addSettings(command, ['account', ...commonSettings])
}

async function isSure({ account, venue }: AccountOf): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new ConfigError('sluice flatten asks first; without a terminal it needs --yes')
  const input = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await input.question(
      `Take all positions of ${account} at ${venue} to nothing? Type its name: `,
    )
    return answer.trim() === account
  } finally {
    input.close()
  }
}

async function watch(terminal: Terminal, hub: Hub, of: AccountOf, forMs: number): Promise<void> {
  const signal = untilSignal()
  const giveUpAt = Date.now() + forMs
  let said = ''
  for (;;) {
    const flatten = await readFlatten(hub, of)
    if (flatten === undefined || flatten.ended !== undefined) {
      const isFlat = flatten?.ended === 'flat'
      terminal.line(
        isFlat ? 'flat: no position, no order and no stop is left' : 'somebody stopped the flatten',
      )
      if (!isFlat) process.exitCode = 1
      return
    }
    const now = await describe(hub, of, flatten)
    if (now !== said) terminal.line((said = now))
    if (Date.now() >= giveUpAt || signal.aborted) {
      terminal.line(terminal.paint('bad', 'not flat yet; it goes on, and `sluice flatten` shows it again'))
      process.exitCode = 1
      return
    }
    await sleep(lookEveryMs)
  }
}

async function describe(hub: Hub, { account }: AccountOf, { progress }: StoredFlatten): Promise<string> {
  const living = await readLivingActors(hub.redis, hub.keys)
  if (!living.some(({ kind, fields }) => kind === 'risk' && fields['account'] === account))
    return `nobody carries it out: is actors/risk --account ${account} running?`
  if (progress === undefined) return 'not begun yet'
  const { left, orders, stops, problems, isLate } = progress
  const sizes = Object.entries(left).map(([of, size]) => `${of} ${size}`)
  const held = sizes.length === 0 ? 'no position' : `${sizes.length} positions: ${sizes.join(', ')}`
  const why = Object.entries(problems).map(([of, problem]) => `; ${of}: ${problem}`)
  return `${isLate ? 'late: ' : ''}${held}; ${orders} orders, ${stops} stops${why.join('')}`
}

async function stop(terminal: Terminal, hub: Hub, of: AccountOf): Promise<void> {
  // Whoever carries it out writes it again and again.
  for (let tries = 0; tries < stopTries; tries++) {
    const flatten = await readFlatten(hub, of)
    if (flatten === undefined || flatten.ended !== undefined) {
      terminal.line(`${of.account} at ${of.venue} is not being flattened`)
      process.exitCode = 1
      return
    }
    if (!(await endFlatten(hub, of, flatten.revision, 'stopped'))) continue
    terminal.line(`the flatten of ${of.account} at ${of.venue} is stopped; the account stays halted`)
    return
  }
  terminal.line('the flatten could not be stopped: it was written anew each time')
  process.exitCode = 1
}
