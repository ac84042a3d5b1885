import { constants, getPriority, setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeError } from '../model/errors.ts'
import { addSettings, commonSettings, createCommand, runCommandLine, settingFlags } from './command-line.ts'
import { readConfig } from './config.ts'
import { actorId, startHeartbeat } from './heartbeats.ts'
import type { BeatFields } from './heartbeats.ts'
import { openHub } from './hub.ts'
import type { Hub } from './hub.ts'
import { openLog } from './log.ts'
import { findRedis } from './redis-endpoint.ts'
import type { SettingName } from './settings.ts'
import { unlessSilent } from './unless-silent.ts'

/** How long a stop may take before the process ends regardless, in real ms. */
const stopTimeoutMs = 10_000
/** How long a stop waits for a Redis that does not answer; longer than what it is made of waits. */
const silentMs = 2_500

/** How long a sentence may take to whoever reads standard error, in real ms. */
const lastWordsMs = 1_000

/** What an actor's `start` gives back. */
export interface Running {
  /** what the heartbeat says of it */
  tell(): BeatFields
  /** finishes what is under way and lets go of everything */
  stop(): Promise<void>
}

/** One kind of actor: its command line and its work. */
export interface ActorDefinition {
  readonly kind: string
  readonly summary: string
  readonly settings: readonly SettingName[]
  /** it gives way to what trades where both want a core */
  readonly yields?: boolean
  start(hub: Hub): Promise<Running>
}

/** Runs one actor from its command line until a signal ends it: flags, configuration, Redis, heartbeat, stop. */
export async function runActor(definition: ActorDefinition): Promise<void> {
  const who = `sluice ${definition.kind}`
  await runCommandLine(who, async () => {
    const command = createCommand(`actors/${definition.kind}`, definition.summary)
    addSettings(command, [...definition.settings, ...commonSettings])
    command.parse()
    const { config } = readConfig(settingFlags(command.opts()))
    const endpoint = findRedis(config)
    // Unless whoever started it let it give way still more, which only root could take back.
    if (definition.yields === true)
      setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL))
    const id = actorId(definition.kind)
    const log = openLog(config.logLevel, { actor: definition.kind, pid: process.pid })
    const hub = await openHub(config, endpoint, log, id)
    dieOnUnexpected(hub)
    // From here on, so that a signal during a slow start still ends in an orderly stop.
    const signalled = nextSignal()
    try {
      const running = await Promise.race([definition.start(hub), signalled.then(() => sleep(silentMs))])
      if (running === undefined) return log.warn('stopped before it had started')
      const endHeartbeat = startHeartbeat(hub.redis, hub.keys, id, () => ({
        ...running.tell(),
        rssMb: rssMb(),
      }))
      log.info({ id, venue: config.exchange }, 'started')
      const signal = await signalled
      log.info({ signal }, 'stopping')
      setTimeout(() => {
        log.error({ stopTimeoutMs }, 'stopping took too long')
        process.exit(1)
      }, stopTimeoutMs).unref()
      const stopped = running.stop().then(endHeartbeat)
      if (await unlessSilent(hub.redis, stopped, silentMs)) log.info('stopped')
      else
        log.warn(
          'stopped without Redis, which does not answer: what it holds of this process runs out by itself',
        )
    } finally {
      hub.close()
    }
  })
  // An idle socket or a timer must not keep an actor alive that has stopped or could not begin; what it said gets out first.
  process.stderr.write('', () => process.exit())
  setTimeout(() => process.exit(), lastWordsMs)
}

function rssMb(): number {
  return Math.round(process.memoryUsage.rss() / 1e6)
}

// The first signal stops; a second one ends the process there and then.
function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false
    const onSignal = (signal: string) => {
      if (asked) process.exit(130)
      asked = true
      resolve(signal)
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}

// An error that nobody handles is a fault of ours: say it once and let whoever runs the actor start it again.
function dieOnUnexpected(hub: Hub): void {
  const die = (error: unknown) => {
    hub.log.fatal({ err: error }, `unexpected: ${describeError(error)}`)
    process.exit(1)
  }
  process.on('uncaughtException', die)
  process.on('unhandledRejection', die)
}
