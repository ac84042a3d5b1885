import { basename } from 'node:path'
import { expect } from 'chai'
import { importsOf, readSources } from '../support/sources.ts'
import type { SourceFile } from '../support/sources.ts'

const mostLines = 300

/** Where the environment is read; everything else is told. */
const environmentReaders = [
  'lib/hub/config.ts',
  'lib/hub/account-keys.ts',
  'lib/hub/redis-endpoint.ts',
  'lib/hub/embedded-redis.ts',
  'scripts/bench/bench-redis.ts',
]

function pathsOf(files: readonly SourceFile[]): string[] {
  return files.map(({ path }) => path)
}

describe('the house rules', () => {
  const typescript = readSources('.ts')
  const product = typescript.filter(({ path }) => !path.startsWith('test/'))

  it(`keep every file within ${mostLines} lines`, () => {
    const all = readSources('.ts', '.js', '.cjs', '.lua', '.sh', '.css', '.html')
    const long = all.filter(({ text }) => text.trimEnd().split('\n').length > mostLines)
    expect(pathsOf(long)).to.deep.equal([])
  })

  it('let lib/exchange/ccxt.ts alone load ccxt, and lib/exchange alone know its types', () => {
    // The simulator's own tests hold it against the real ccxt: that is what they are for.
    const all = typescript.filter(({ path }) => !path.startsWith('test/simulator/'))
    const knowing = all.filter((file) =>
      importsOf(file).some(
        ({ specifier, typesOnly }) =>
          /^ccxt(\/|$)/.test(specifier) && !(typesOnly && file.path.startsWith('lib/exchange/')),
      ),
    )
    expect(pathsOf(knowing)).to.deep.equal([])
    const loading = product.filter(({ text }) => /(?:resolve|require|import)\(\s*['"`]ccxt/.test(text))
    expect(pathsOf(loading)).to.deep.equal(['lib/exchange/load-ccxt.ts'])
  })

  it('let lua/script.ts alone send scripts to Redis', () => {
    const sending = product.filter(({ text }) =>
      /\b(?:eval|evalsha|eval_ro|fcall|defineCommand)\s*\(/i.test(text),
    )
    expect(pathsOf(sending)).to.deep.equal(['lua/script.ts'])
  })

  it('read the environment in the configuration and in mains only', () => {
    const reading = product.filter(
      ({ path, text }) =>
        /\bprocess\.env\b/.test(text) && basename(path) !== 'main.ts' && !environmentReaders.includes(path),
    )
    expect(pathsOf(reading)).to.deep.equal([])
  })

  it('have neither default exports nor files that are named for no subject', () => {
    const exporting = typescript.filter(({ text }) => /^export default\b|\bas default\b/m.test(text))
    expect(pathsOf(exporting)).to.deep.equal([])
    const vague = typescript.filter(({ path }) =>
      /(?:^|\/)(?:index|utils?|helpers?|types|common|managers?)\.ts$/.test(path),
    )
    expect(pathsOf(vague)).to.deep.equal([])
  })

  it('leave nothing to be done that has no issue', () => {
    const mark = /\b(?:TO(?:DO)|FIX(?:ME))\b(?!.*#\d)/
    expect(
      pathsOf(readSources('.ts', '.js', '.lua', '.sh').filter(({ text }) => mark.test(text))),
    ).to.deep.equal([])
  })
})
