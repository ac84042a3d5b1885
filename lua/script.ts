import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'

/** What a script is called with: every name of its header, once. A repeated name (`rows...`) takes a list. */
export interface ScriptCall<K extends string, A extends string> {
  readonly keys: Readonly<Record<K, string | readonly string[]>>
  readonly args: Readonly<Record<A, string | number | readonly (string | number)[]>>
}

/** A Lua script bound by name; `run` gives what Redis answers. */
export interface Script<K extends string, A extends string> {
  readonly name: string
  readonly source: string
  run(redis: Redis, call: ScriptCall<K, A>): Promise<unknown>
}

/**
 * Loads `lua/NAME.lua` and holds its header against the names its wrapper uses; throws when they disagree.
 * Names are given in the order of the header; the last of either list may end in `...` and then takes a list.
 */
export function loadScript<const K extends string, const A extends string>(
  name: string,
  names: { keys: readonly K[]; args: readonly A[] },
): Script<K, A> {
  const source = readFileSync(join(luaFolder(), `${name}.lua`), 'utf8')
  const header = readHeader(source)
  requireSame(name, 'KEYS', header.keys, names.keys)
  requireSame(name, 'ARGV', header.args, names.args)
  const sha = createHash('sha1').update(source).digest('hex')

  async function run(redis: Redis, call: ScriptCall<K, A>): Promise<unknown> {
    const keys = flatten(names.keys, call.keys)
    const args = flatten(names.args, call.args)
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args)
    } catch (error) {
      // A server that was restarted or flushed has lost its scripts; EVAL brings this one back.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return redis.eval(source, keys.length, ...keys, ...args)
    }
  }
  return { name, source, run }
}

function flatten<N extends string, V>(
  names: readonly N[],
  values: Readonly<Record<N, V | readonly V[]>>,
): V[] {
  const flat: V[] = []
  for (const name of names) {
    const value = values[name]
    if (!Array.isArray(value)) flat.push(value as V)
    else for (const each of value as V[]) flat.push(each)
  }
  return flat
}

/** The names that a script's header declares, in order. */
export function readHeader(source: string): { keys: string[]; args: string[] } {
  const lines = source.split('\n')
  if (lines[0] !== '#!lua') throw new Error('a script must begin with the line #!lua')
  const named = (kind: string) =>
    lines.flatMap((line) => {
      const match = new RegExp(`^-- ${kind} (\\S+) `).exec(line)
      return match?.[1] === undefined ? [] : [match[1]]
    })
  return { keys: named('KEYS'), args: named('ARGV') }
}

function requireSame(
  name: string,
  kind: string,
  header: readonly string[],
  wrapper: readonly string[],
): void {
  if (header.join(' ') === wrapper.join(' ')) return
  throw new Error(
    `${name}.lua declares ${kind} ${header.join(', ')}; its wrapper binds ${wrapper.join(', ')}`,
  )
}

// The scripts stand beside the sources; compiled wrappers run from dist.
function luaFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return join(folder, 'lua')
}
