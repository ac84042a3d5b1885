import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect } from 'chai'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { withFolder } from '../support/folder.ts'
import { cleanEnvironment } from '../support/run-program.ts'

/** What the set-up uses of an ordinary system. */
const ordinary = [
  'bash',
  'cat',
  'cksum',
  'dirname',
  'find',
  'head',
  'id',
  'mkdir',
  'mv',
  'rm',
  'sh',
  'touch',
  'uname',
]

describe('the set-up of ./scripts/up and ./scripts/test', function () {
  this.timeout(60_000)
  const folder = withFolder()

  /** Runs a script on a machine that has the named programs, and what stands in `made` as shell scripts. */
  function run(
    script: string,
    programs: string[],
    made: Record<string, string> = {},
    environment: Record<string, string> = {},
  ) {
    const bin = join(folder.path(), 'bin')
    mkdirSync(bin)
    for (const name of [...ordinary, ...programs]) {
      if (!Object.hasOwn(made, name)) symlinkSync(find(name), join(bin, name))
    }
    // Only ever new files: writing to a link would write to the machine's own program.
    for (const [name, text] of Object.entries(made)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755, flag: 'wx' })
    }
    const { status, stderr, stdout } = spawnSync(
      join(bin, 'bash'),
      [join(projectRoot(), 'scripts', script)],
      {
        env: { ...cleanEnvironment({ SLUICE_DATA_DIR: folder.path(), ...environment }), PATH: bin },
        encoding: 'utf8',
      },
    )
    return { code: status, stderr, stdout }
  }

  function expectRefusal(ended: ReturnType<typeof run>, sentence: string): void {
    expect(ended).to.deep.equal({ code: 2, stderr: `sluice: ${sentence}\n`, stdout: '' })
    expect(existsSync(join(folder.path(), 'redis'))).to.equal(false)
  }

  it('says which Node.js it needs when there is none', () => {
    expectRefusal(
      run('up', []),
      'expected Node.js 20.19 or newer on PATH, found none; see https://nodejs.org',
    )
  })

  it('says which Node.js it needs when there is an older one', () => {
    const old = { node: 'case "$1" in --version) echo v18.20.0 ;; *) exit 1 ;; esac' }
    expectRefusal(run('test', [], old), 'expected Node.js 20.19 or newer, found v18.20.0')
  })

  it('says what to type when Redis is missing and it cannot install it', () => {
    const none = 'expected redis-server or valkey-server on PATH, found neither;'
    expectRefusal(
      run('up', ['node', 'npm'], { uname: 'echo Linux', dnf: 'exit 1' }),
      `${none} type: sudo dnf install valkey`,
    )
  })

  it('asks for the package manager by its name when it may not use it', () => {
    const made = { 'apt-get': 'exit 1', id: 'echo 1000', sudo: 'exit 1' }
    expectRefusal(
      run('up', ['node', 'npm'], made),
      'expected redis-server on PATH, found none; type: sudo apt-get install redis-server',
    )
  })

  it('needs no Redis of its own when REDIS_URL names one', () => {
    const { code, stderr } = run('up', ['node', 'npm'], {}, { REDIS_URL: 'redis://127.0.0.1:1' })
    expect(stderr).to.match(
      /^(?:Building \.\.\.\n)?sluice up: Redis at 127\.0\.0\.1:1 cannot be reached: [^\n]*\n$/,
    )
    expect(code).to.equal(2)
  })
})

function find(name: string): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return join(folder, name)
    } catch {
      continue
    }
  }
  throw new Error(`this machine has no ${name}`)
}
