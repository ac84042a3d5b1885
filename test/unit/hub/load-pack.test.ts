import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { build } from 'esbuild'
import { projectRoot } from '../../../lib/hub/project-root.ts'
import { withFolder } from '../../support/folder.ts'

describe('a packed program', function () {
  this.timeout(30_000)
  const folder = withFolder()
  const loader = pathToFileURL(join(projectRoot(), 'load-pack.js')).href

  const write = (name: string, body: string) =>
    writeFileSync(
      join(folder.path(), name),
      `(function (exports, require, module, __filename, loadPacked, importNamed) { ${body}\n})\n`,
    )

  function run(files: Record<string, string> = { main: 'main.cjs' }, environment: NodeJS.ProcessEnv = {}) {
    const place = pathToFileURL(`${folder.path()}/`).href
    const text = `
      import { loadPack } from '${loader}'
      loadPack(new URL('${place}'), ${JSON.stringify(files)}, 'main')`
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', text], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', ...environment },
    })
    return { status, stdout, stderr }
  }

  const kept = () => readdirSync(folder.path()).filter((name) => name.endsWith('.code'))

  it('loads another once, has the packages that were left out, and imports what is named while it runs', () => {
    write(
      'main.cjs',
      "console.log(loadPacked('other').times, loadPacked('other').times, require('node:path').sep)",
    )
    write('other.cjs', 'globalThis.times = (globalThis.times ?? 0) + 1; exports.times = globalThis.times')
    expect(run({ main: 'main.cjs', other: 'other.cjs' })).to.deep.equal({
      status: 0,
      stdout: '1 1 /\n',
      stderr: '',
    })
    writeFileSync(join(folder.path(), 'strategy.mjs'), 'export const word = "imported"')
    write(
      'main.cjs',
      "importNamed(__filename.replace('main.cjs', 'strategy.mjs')).then(({ word }) => console.log(word))",
    )
    expect(run()).to.deep.equal({ status: 0, stdout: 'imported\n', stderr: '' })
  })

  it('runs as it was compiled the first time, under a name that no other text has', () => {
    write('main.cjs', "console.log('first')")
    expect(run().stdout).to.equal('first\n')
    expect(kept()).to.have.length(1)
    // V8 looks at the length of the text alone, which is why a pack's name changes with what it holds.
    write('main.cjs', "console.log('other')")
    expect(run().stdout).to.equal('first\n')
    renameSync(join(folder.path(), 'main.cjs'), join(folder.path(), 'main-2.cjs'))
    expect(run({ main: 'main-2.cjs' }).stdout).to.equal('other\n')
  })

  it('is compiled anew when V8 refuses what was kept, and that is kept instead', () => {
    write('main.cjs', "console.log('right')")
    run()
    const file = join(folder.path(), kept()[0] ?? '')
    const { size } = statSync(file)
    writeFileSync(file, Buffer.alloc(size))
    expect(run()).to.deep.equal({ status: 0, stdout: 'right\n', stderr: '' })
    expect(readFileSync(file).equals(Buffer.alloc(size))).to.equal(false)
    expect(run().stdout).to.equal('right\n')
  })

  it('runs where nothing can be kept, and leaves nothing half-written', () => {
    // What was kept is refused, and a folder is in the way of what would take its place.
    write(
      'main.cjs',
      `console.log('right')
      const { BLOCKED, GONE } = process.env
      if (BLOCKED) require('node:fs').rmSync(BLOCKED)
      if (BLOCKED) require('node:fs').mkdirSync(BLOCKED)
      if (GONE) require('node:fs').rmSync(GONE, { recursive: true })`,
    )
    run()
    const file = join(folder.path(), kept()[0] ?? '')
    writeFileSync(file, 'no code')
    const right = { status: 0, stdout: 'right\n', stderr: '' }
    expect(run(undefined, { BLOCKED: file })).to.deep.equal(right)
    expect(readdirSync(folder.path()).toSorted()).to.deep.equal(['main.cjs', kept()[0]])
    rmSync(file, { recursive: true })
    expect(run(undefined, { GONE: folder.path() })).to.deep.equal(right)
    mkdirSync(folder.path())
  })

  it('names the lines of its sources, of an error that is caught and of one that is not', async () => {
    const path = folder.path()
    writeFileSync(
      join(path, 'fail.ts'),
      '// what it is about\nexport function fail(): never {\n  throw new TypeError("no")\n}\n',
    )
    writeFileSync(
      join(path, 'main.ts'),
      `import { fail } from './fail.ts'
try {
  fail()
} catch (error) {
  console.log((error as Error).stack)
}
setTimeout(fail)
`,
    )
    await build({
      entryPoints: { main: join(path, 'main.ts') },
      outdir: path,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      outExtension: { '.js': '.cjs' },
      minifyWhitespace: true,
      sourcemap: 'external',
      sourcesContent: false,
      banner: { js: '(function (exports, require, module, __filename, loadPacked) {' },
      footer: { js: '})' },
    })
    const { status, stdout, stderr } = run()
    expect(stdout).to.match(/^TypeError: no\n {4}at fail \(\S+\/fail\.ts:3:9\)\n {4}at \S+\/main\.ts:3:3\n/)
    expect(stderr).to.match(/TypeError: no\n {4}at \S+ \[as _onTimeout\] \(\S+\/fail\.ts:3:9\)/)
    expect(status).to.equal(1)
  })
})
