import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { describeError } from '../../lib/model/errors.ts'
import { toStatusText } from './status-text.ts'
import { openSystemStatus, toStatusJson } from './system-status.ts'
import type { SystemStatus } from './system-status.ts'
import type { Terminal } from './terminal.ts'
import { untilSignal } from './until-signal.ts'
import { configOf, withHub } from './with-hub.ts'

const everyMs = 1_000

interface StatusOptions extends Record<string, unknown> {
  readonly json?: boolean
  readonly watch?: boolean
}

/** `sluice status` */
export function statusCommand(terminal: Terminal): Command {
  const command = createCommand('status', 'Shows lanes, request budgets, living actors and queues.')
    .option('--json', 'one line of JSON; what is not known is null')
    .option('--watch', 'again each second, until Ctrl-C')
    .addHelpText(
      'after',
      `
Examples:
  sluice status
  sluice status --watch
  sluice status --json | python3 -m json.tool`,
    )
    .action(async (options: StatusOptions) => {
      await withHub(configOf(options), async (hub) => {
        const status = openSystemStatus(hub)
        const show = (each: SystemStatus) =>
          options.json === true ? [toStatusJson(each)] : toStatusText(terminal, each)
        try {
          if (options.watch === true) await watch(hub, async () => show(await status.read()), terminal)
          else for (const line of show(await status.read())) terminal.line(line)
        } finally {
          await status.close()
        }
      })
    })
  return addSettings(command, commonSettings)
}

// Watching outlives Redis: it says so and goes on.
async function watch(hub: Hub, read: () => Promise<string[]>, terminal: Terminal): Promise<void> {
  const stop = untilSignal()
  const { host, port } = hub.endpoint
  let lines: string[] = []
  if (terminal.live) terminal.write('\u001B[2J')
  while (!stop.aborted) {
    let problem = ''
    try {
      lines = await read()
    } catch (error) {
      problem = `Redis at ${host}:${port} does not answer: ${describeError(error)}`
    }
    if (stop.aborted) return
    if (terminal.live) redraw(terminal, lines, problem)
    else if (problem === '') terminal.line(lines.join('\n') + (lines.length > 1 ? '\n' : ''))
    else process.stderr.write(`sluice: ${problem}\n`)
    await sleep(everyMs, undefined, { signal: stop }).catch(() => {})
  }
}

// Written over rather than cleared, so that nothing flickers; cut to the screen, so that nothing scrolls.
function redraw(terminal: Terminal, lines: readonly string[], problem: string): void {
  const time = new Date().toISOString().slice(11, 19)
  const head =
    problem === ''
      ? terminal.paint('quiet', `${time} UTC, each second until Ctrl-C`)
      : terminal.paint('bad', problem)
  const shown = [head, '', ...lines].slice(0, (terminal.height() ?? Infinity) - 1)
  terminal.write(`\u001B[H${shown.map((line) => `${line}\u001B[K\n`).join('')}\u001B[J`)
}
