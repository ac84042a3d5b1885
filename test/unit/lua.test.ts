import { join } from 'node:path'
import { expect } from 'chai'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { loadScript, readHeader } from '../../lua/script.ts'
import { readSources } from '../support/sources.ts'
import type { SourceFile } from '../support/sources.ts'

const mostLines = 119
/** Commands that name no key. */
const keyless = ['TIME']

/** The statements right below the header, up to the first blank line: they give KEYS and ARGV their names. */
function partsOf({ text }: SourceFile): { header: string[]; bindings: string; body: string } {
  const lines = text.split('\n')
  const begin = lines.findIndex((line, at) => at > 0 && !line.startsWith('--'))
  const end = lines.indexOf('', begin)
  return {
    header: lines.slice(1, begin),
    bindings: lines.slice(begin, end).join('\n'),
    body: lines
      .slice(end)
      .map((line) => line.replace(/--.*$/, ''))
      .join('\n'),
  }
}

/** The locals that a text binds to members of `list`: `local a, b = KEYS[1], KEYS[2]` binds two of KEYS. */
function localsFrom(list: 'KEYS' | 'ARGV', text: string): string[] {
  return [...text.matchAll(/^\s*local ([\w, ]+?) = (.*(?:\n {2,}.*)*)/gm)].flatMap(
    ([, names = '', values = '']) => {
      const expressions = splitAtCommas(values)
      return names
        .split(',')
        .flatMap((name, at) => (expressions[at]?.includes(`${list}[`) === true ? [name.trim()] : []))
    },
  )
}

function splitAtCommas(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const letter of text) {
    if (letter === '(' || letter === '[') depth += 1
    if (letter === ')' || letter === ']') depth -= 1
    if (letter === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts
}

/** Every call of Redis in a script: the command and the text of its first argument. */
function callsIn(text: string): { command: string; argument: string }[] {
  return [...text.matchAll(/redis\.p?call\(\s*([^,)]+)(?:,\s*([^,)]+))?/g)].map(
    ([, command = '', argument = '']) => ({
      command: command.replaceAll(/['"]/g, '').trim(),
      argument: argument.trim(),
    }),
  )
}

function strayKeysIn(file: SourceFile): string[] {
  const { bindings, body } = partsOf(file)
  const keys = localsFrom('KEYS', `${bindings}\n${body}`)
  const channels = localsFrom('ARGV', bindings)
  return callsIn(body).flatMap(({ command, argument }) => {
    if (keyless.includes(command)) return []
    const known = command === 'PUBLISH' ? channels : keys
    return known.includes(argument) ? [] : [`${command} ${argument}`]
  })
}

describe('Lua scripts', () => {
  const scripts = readSources('.lua')

  it('stand beside their wrappers, one each, and every wrapper loads its script', async () => {
    const wrappers = readSources('.ts').filter(({ path }) => /^lua\/(?!script\.ts)/.test(path))
    const withoutEnding = (files: SourceFile[]) => files.map(({ path }) => path.replace(/\.\w+$/, ''))
    expect(withoutEnding(wrappers)).to.deep.equal(withoutEnding(scripts))
    for (const path of withoutEnding(wrappers)) await import(join(projectRoot(), 'dist', `${path}.js`))
  })

  for (const file of scripts) {
    const { header, bindings, body } = partsOf(file)

    describe(file.path, () => {
      it('says in its header what it does, what it takes and what it returns', () => {
        const { keys } = readHeader(file.text)
        const described = /^-- (?:KEYS|ARGV) \S+ \S+ \S+/
        const fields = header.filter((line) => /^-- (?:KEYS|ARGV)\b/.test(line))
        expect(file.text.startsWith('#!lua\n-- ')).to.equal(true)
        expect(keys).to.not.deep.equal([])
        expect(fields.filter((line) => !described.test(line))).to.deep.equal([])
        expect(header.some((line) => line.startsWith('-- Returns '))).to.equal(true)
      })

      it(`has at most ${mostLines} lines`, () => {
        expect(file.text.trimEnd().split('\n').length).to.be.at.most(mostLines)
      })

      it('names all of its keys and arguments at once, and numbers none of them later', () => {
        const { keys, args } = readHeader(file.text)
        const fixed = (names: string[]) => names.filter((name) => !name.endsWith('...')).length
        for (const [list, count] of [
          ['KEYS', fixed(keys)],
          ['ARGV', fixed(args)],
        ] as const) {
          for (let at = 1; at <= count; at++) expect(bindings).to.contain(`${list}[${at}]`)
          expect(body).to.not.match(new RegExp(String.raw`${list}\[\d+\]`))
        }
      })

      it('touches only keys that it declares', () => {
        expect(strayKeysIn(file)).to.deep.equal([])
      })
    })
  }

  it('that touch a made-up key, or publish on one, would be found', () => {
    const text = `#!lua
-- Example.
-- KEYS one string of one
-- Returns 1
local one, other = KEYS[1], ARGV[1]

redis.call('SET', one, 1)
redis.call('GET', other)
redis.call('GET', 'sluice:' .. other)
redis.call('HSET', 'fixed', 'a', 1)
redis.call('PUBLISH', 'fixed', 'a')
redis.call('TIME')
return 1
`
    expect(strayKeysIn({ path: 'x.lua', text })).to.deep.equal([
      'GET other',
      "GET 'sluice:' .. other",
      "HSET 'fixed'",
      "PUBLISH 'fixed'",
    ])
  })

  it('are refused at load when their header and their wrapper disagree', () => {
    expect(() => loadScript('lease-take', { keys: ['lease'], args: ['ttl', 'token'] })).to.throw(
      'lease-take.lua declares ARGV token, ttl; its wrapper binds ttl, token',
    )
    expect(() => readHeader('-- no first line\n')).to.throw('#!lua')
  })
})
