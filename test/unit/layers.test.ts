import { expect } from 'chai'
import { importsOf, readSources } from '../support/sources.ts'
import type { Import, SourceFile } from '../support/sources.ts'

// Imports point down, never up and never sideways. A room may import from itself and from the rooms that stand
// beside its name; `*` is one folder of that level.
const grounds = ['lua', 'lib/model']
const domain = [...grounds, 'lib/hub']
const wholeLib = [
  ...domain,
  'lib/exchange',
  'lib/egress',
  'lib/market',
  'lib/account',
  'lib/risk',
  'lib/alert',
  'lib/orders',
  'lib/stream',
]
const rooms: Readonly<Record<string, readonly string[]>> = {
  lua: [],
  'lib/model': [],
  'lib/hub': grounds,
  'lib/exchange': ['lib/model'],
  'lib/egress': [...domain, 'lib/exchange'],
  'lib/market': domain,
  'lib/account': domain,
  'lib/risk': domain,
  'lib/alert': domain,
  'lib/orders': wholeLib.filter((room) => room !== 'lib/stream'),
  'lib/stream': wholeLib.filter((room) => room !== 'lib/orders'),
  'actors/*': wholeLib,
  scripts: wholeLib,
  // A program of its own: a mistake it shared with the rest could not be seen.
  simulator: [],
  test: [...wholeLib, 'actors/*', 'scripts', 'simulator'],
}

/** The room of a file: a row of the table, with the folder's own name in place of `*`; undefined for none. */
function roomOf(path: string): string | undefined {
  const parts = path.split('/')
  const [first = '', second = ''] = parts
  if (Object.hasOwn(rooms, `${first}/*`)) return parts.length > 2 ? `${first}/${second}` : undefined
  const nested = `${first}/${second}`
  return Object.hasOwn(rooms, nested) ? nested : Object.hasOwn(rooms, first) ? first : undefined
}

function rowOf(room: string): string {
  return Object.hasOwn(rooms, room) ? room : `${room.split('/')[0]}/*`
}

/** What is wrong with an import; undefined when it is allowed. */
function judge(from: SourceFile, { path, specifier }: Import): string | undefined {
  if (path === undefined) return undefined
  const room = roomOf(from.path)
  const target = roomOf(path)
  if (room === undefined) return `${from.path} stands in no room`
  if (target === undefined) return `${from.path} imports ${specifier}, which stands in no room`
  const allowed = rooms[rowOf(room)] ?? []
  if (target === room || allowed.includes(rowOf(target))) return undefined
  return `${from.path} imports ${path}; ${room} may import ${allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')}`
}

function problemsOf(file: SourceFile): string[] {
  return importsOf(file).flatMap((each) => judge(file, each) ?? [])
}

describe('the layers', () => {
  const sources = readSources('.ts')

  it('have imports that point down only', () => {
    expect(sources.length).to.be.greaterThan(50)
    expect(sources.flatMap(problemsOf)).to.deep.equal([])
  })

  it('hold every file of ours', () => {
    expect(sources.filter(({ path }) => roomOf(path) === undefined)).to.deep.equal([])
  })

  it('are told apart by this test: up, sideways, and from one actor to another, in every form of import', () => {
    const wrong: [string, string, string][] = [
      ['lib/model/kline.ts', "import { openHub } from '../hub/hub.ts'", 'lib/hub/hub.ts'],
      ['lib/market/klines.ts', "import type { Egress } from '../egress/egress.ts'", 'lib/egress/egress.ts'],
      ['lib/hub/hub.ts', "export * from '../market/lanes.ts'", 'lib/market/lanes.ts'],
      ['actors/kline/main.ts', "import '../board/main.ts'", 'actors/board/main.ts'],
      ['lua/lane-write.ts', "await import('../lib/hub/keys.ts')", 'lib/hub/keys.ts'],
      ['lib/exchange/x.ts', "import {\n  a,\n  b,\n} from '../hub/log.ts'", 'lib/hub/log.ts'],
      [
        'simulator/main.ts',
        "import { intervals } from '../lib/model/timeframe.ts'",
        'lib/model/timeframe.ts',
      ],
      ['lib/hub/x.ts', "import y from '../../launch.ts'", 'no room'],
    ]
    for (const [path, text, named] of wrong) {
      const [problem, ...others] = problemsOf({ path, text })
      expect(problem).to.contain(path).and.to.contain(named)
      expect(others).to.deep.equal([])
    }
    const right = {
      path: 'actors/kline/main.ts',
      text: "import { a } from './fetch-klines.ts'\nimport b from 'bullmq'\n",
    }
    expect(problemsOf(right)).to.deep.equal([])
    expect(importsOf(right).map(({ specifier }) => specifier)).to.deep.equal(['./fetch-klines.ts', 'bullmq'])
  })
})
