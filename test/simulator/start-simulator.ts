import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Works from the compiled place of this file, dist/test/simulator. */
const LAUNCHER = fileURLToPath(new URL('../../../simulator/index.js', import.meta.url))

export interface Started {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  stop(): Promise<number | null>
}

/** A simulator in a process of its own, on a free port. */
export async function startSimulator(...args: string[]): Promise<Started> {
  const child = spawnSimulator('--port', '0', '--log-level', 'silent', ...args)
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

function spawnSimulator(...args: string[]): ChildProcess {
  return spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}
