import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openLog } from '../../simulator/log.ts'
import { parseOptions } from '../../simulator/options.ts'
import { openSimulator } from '../../simulator/simulator.ts'

/** Works from the compiled place of this file, dist/test/simulator. */
const LAUNCHER = fileURLToPath(new URL('../../../simulator/index.js', import.meta.url))

export interface Started {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  stop(): Promise<unknown>
}

const usual = ['--port', '0', '--log-level', 'silent']

/** A simulator on a free port, in the process of the tests: one of its own costs the start of a program. */
export async function startSimulator(...args: readonly string[]): Promise<Started> {
  const options = parseOptions([...usual, ...args])
  if (options === undefined) throw new Error('expected options of a simulator that runs, found --help')
  const simulator = await openSimulator(options, openLog(options.logLevel))
  return { url: simulator.url, stop: () => simulator.close() }
}

/** One in a process of its own; `stop` gives the exit code. */
export async function startSimulatorProgram(...args: readonly string[]): Promise<Started> {
  const child = spawnSimulator(...usual, ...args)
  let printed = ''
  let complaint = ''
  child.stderr!.on('data', (part: Buffer) => (complaint += part.toString()))
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', (part: Buffer) => {
      printed += part.toString()
      if (printed.includes('\n')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`simulator ended with ${code}: ${complaint}`)))
  })
  const url = /^simulator ready (http:\/\/\S+)\n$/.exec(printed)?.[1]
  if (url === undefined) throw new Error(`expected the ready line, found "${printed}"`)
  return {
    url,
    async stop() {
      if (child.exitCode !== null) return child.exitCode
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      const [code] = (await exit) as [number | null]
      return code
    },
  }
}

/** Runs a simulator that should end by itself. */
export async function runSimulator(
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawnSimulator(...args)
  const output = { stdout: '', stderr: '' }
  child.stdout!.on('data', (part: Buffer) => (output.stdout += part.toString()))
  child.stderr!.on('data', (part: Buffer) => (output.stderr += part.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}

function spawnSimulator(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}
