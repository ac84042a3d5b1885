import { existsSync, readdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { projectRoot } from '../../lib/hub/project-root.ts'
import type { Config } from '../../lib/hub/settings.ts'
import { readSymbolsFile, symbolsFilePath } from '../../lib/market/symbols-file.ts'
import { describeError } from '../../lib/model/errors.ts'
import { fail, ok, warn } from './check.ts'
import type { Check } from './check.ts'

const connectTimeoutMs = 2_000

/** Judges a version such as `20.20.2`. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    return fail('Node', version, 'install Node 20.19 or newer, best 24')
  }
  return ok('Node', version)
}

/** Whether what runs was built from what stands in the sources. */
export function checkBuild(): Check {
  const root = projectRoot()
  const stamp = join(root, 'dist', '.tsbuildinfo')
  if (!existsSync(stamp)) return warn('build', 'no mark of a finished build in dist', 'run: npm run build')
  const builtAt = statSync(stamp).mtimeMs
  const changed = ['lib', 'lua', 'actors', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file))
      .filter((file) => statSync(join(root, file)).mtimeMs > builtAt),
  )
  const [first] = changed
  if (first === undefined) return ok('build', 'as new as the sources')
  const others = changed.length === 1 ? '' : ` and ${changed.length - 1} more`
  return warn('build', `older than ${first}${others}`, 'run: npm run build')
}

/** Whether the hand-kept lists can be read. */
export function checkSymbolsFile(config: Config): Check {
  const path = symbolsFilePath(config)
  try {
    const { allow, deny } = readSymbolsFile(path)
    return ok(
      'symbols file',
      existsSync(path) ? `${path}: ${allow.length} allowed, ${deny.length} denied` : 'none',
    )
  } catch (error) {
    return fail(
      'symbols file',
      describeError(error),
      'correct it, or remove it to follow every symbol that fits',
    )
  }
}

/** Whether what stands in for the venue takes connections; undefined where the venue itself is used. */
export async function checkExchangeUrl(config: Config): Promise<Check | undefined> {
  if (config.exchangeUrl === '') return undefined
  const { hostname, port, protocol } = new URL(config.exchangeUrl)
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
  const problem = await new Promise<string | undefined>((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: number,
      timeout: connectTimeoutMs,
    })
    const end = (found: string | undefined) => {
      socket.destroy()
      resolve(found)
    }
    socket.once('connect', () => end(undefined))
    socket.once('timeout', () => end(`no answer within ${connectTimeoutMs / 1000} s`))
    socket.once('error', (error) => end(describeError(error)))
  })
  if (problem === undefined) return ok('exchange', `${config.exchangeUrl} takes connections`)
  return fail(
    'exchange',
    `${config.exchangeUrl}: ${problem}`,
    'start what stands in for the venue there, or correct exchangeUrl',
  )
}
