import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { withFolder } from '../support/folder.ts'
import { canSeeProcesses, processesOf } from '../support/processes.ts'
import { cleanEnvironment } from '../support/run-program.ts'
import { until } from '../support/until.ts'

/** One `up` of a test. */
interface Up {
  readonly child: ChildProcess
  readonly output: () => string
  /** resolves with the exit code */
  readonly ended: Promise<number | null>
  /** resolves once it has printed this */
  readonly says: (text: string | RegExp) => Promise<void>
}

const withinMs = 45_000
/** after `up` was killed: the actors' end, and 5 s that its Redis waits for it */
const leashMs = 20_000

describe('./scripts/up', function () {
  this.timeout(120_000)
  const folder = withFolder()
  const ups: Up[] = []

  before(function () {
    if (!canSeeProcesses) this.skip()
  })

  function up(...args: string[]): Up {
    return start('bash', [
      join(projectRoot(), 'scripts', 'up'),
      '--symbols',
      '20',
      '--data-dir',
      folder.path(),
      ...args,
    ])
  }

  function start(program: string, args: string[], additions: Record<string, string> = {}): Up {
    const environment = cleanEnvironment({ SLUICE_CONFIG: folder.write('sluice.json', '{}'), ...additions })
    const child = spawn(program, args, {
      cwd: projectRoot(),
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    const ended = new Promise<number | null>((resolve) => {
      child.once('close', resolve)
    })
    const says = async (text: string | RegExp) => {
      const found = async () => (typeof text === 'string' ? output.includes(text) : text.test(output))
      await until(`up says ${String(text)}`, found, withinMs, () => output)
    }
    const each: Up = { child, output: () => output, ended, says }
    ups.push(each)
    return each
  }

  const nobodyLeft = (ms: number) =>
    until(
      'no process is left',
      async () => processesOf(folder.path()).length === 0,
      ms,
      () => JSON.stringify(processesOf(folder.path())),
    )

  // Whatever became of the test: its folder's name tells which processes are its own.
  afterEach(async () => {
    for (const { child } of ups.splice(0)) child.kill('SIGKILL')
    if (canSeeProcesses) for (const { pid } of processesOf(folder.path())) process.kill(pid, 'SIGKILL')
  })

  it('runs for a time once all candles are fresh, ends with 0 and leaves no process behind', async () => {
    const { ended, output } = up('--duration', '2', '--no-board')
    expect(await ended).to.equal(0)
    expect(output()).to.match(/The venue lists \d+ instruments; 20 are followed\./)
    expect(output()).to.match(
      /Ready: the candles of 20 symbols are fresh\.[\s\S]*Everything has stopped\.\n$/,
    )
    expect(processesOf(folder.path())).to.deep.equal([])
    expect(existsSync(join(folder.path(), 'redis', 'endpoint.json'))).to.equal(false)
    for (const name of ['simulator', 'symbol-cursor', 'kline']) {
      expect(existsSync(join(folder.path(), 'logs', `${name}.log`))).to.equal(true)
    }
  })

  it('shows the way to the board, whose password stands in no log', async () => {
    const { says, output, child, ended } = up('--port', '0')
    await says('Ctrl-C stops everything')
    const [, url = '', password = ''] = /Board {2}(\S+) {2}user sluice {2}password (\S+)/.exec(output()) ?? []
    expect((await fetch(url)).status).to.equal(401)
    const authorization = `Basic ${Buffer.from(`sluice:${password}`).toString('base64')}`
    expect((await fetch(url, { headers: { authorization } })).status).to.equal(200)
    expect(readFileSync(join(folder.path(), 'logs', 'board.log'), 'utf8')).to.not.contain(password)
    child.kill('SIGINT')
    expect(await ended).to.equal(0)
    expect(processesOf(folder.path())).to.deep.equal([])
  })

  it('stops in the middle of its start, and at once when it is asked twice', async () => {
    const { says, child, ended } = up('--port', '0')
    await says('Started symbol-cursor')
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect(await ended).to.equal(0)
    expect(processesOf(folder.path())).to.deep.equal([])
  })

  it('starts again what ends by itself, and says so', async () => {
    const { says, child, ended, output } = up('--no-board')
    await says('Ready')
    for (const [pattern, sentence] of [
      [/actors\/kline/, 'kline ended by itself (SIGKILL)'],
      [/redis-server|valkey-server/, 'Redis ended by itself'],
    ] as const) {
      const lookFor = () =>
        processesOf(folder.path()).find(({ commandLine }) => pattern.test(commandLine))?.pid
      const killed = lookFor()
      if (killed === undefined) throw new Error(`expected a process like ${String(pattern)}, found none`)
      process.kill(killed, 'SIGKILL')
      await says(sentence)
      await until(
        `another ${String(pattern)}`,
        async () => ![undefined, killed].includes(lookFor()),
        withinMs,
      )
    }
    child.kill('SIGTERM')
    expect(await ended, output()).to.equal(0)
    expect(processesOf(folder.path())).to.deep.equal([])
  })

  it('is outlived by nothing when it is killed, and the next start copes with what it left', async () => {
    const first = up('--no-board')
    await first.says('Started symbol-cursor')
    first.child.kill('SIGKILL')
    await first.ended
    const second = up('--no-board', '--duration', '1')
    await second.says('Redis runs on')
    expect(await second.ended, second.output()).to.equal(0)
    const third = up('--no-board')
    await third.says('Started symbol-cursor')
    third.child.kill('SIGKILL')
    await nobodyLeft(leashMs)
  })

  it('refuses to run twice on one folder, and leaves the first one running', async () => {
    const first = up('--no-board')
    await first.says('Ready')
    const second = up('--no-board')
    expect(await second.ended).to.equal(2)
    expect(second.output()).to.match(
      /^sluice up: Sluice runs in this checkout already[^\n]*--data-dir[^\n]*\n$/,
    )
    expect(first.child.exitCode).to.equal(null)
    first.child.kill('SIGINT')
    expect(await first.ended).to.equal(0)
  })

  it('says which port is taken, ends with 2 and has stopped everything again', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const port = String((taken.address() as AddressInfo).port)
    try {
      const [board, simulator] = [up('--port', port), ['--simulator-port', port]] as const
      expect(await board.ended).to.equal(2)
      expect(board.output()).to.match(
        new RegExp(`\\nsluice up: board: [^\\n]*${port}[^\\n]*taken[^\\n]*--port\\n$`),
      )
      const second = up('--no-board', ...simulator)
      expect(await second.ended).to.equal(2)
      expect(second.output()).to.match(
        new RegExp(`\\nsluice up: simulator: [^\\n]*--simulator-port ${port}[^\\n]*\\n$`),
      )
    } finally {
      taken.close()
    }
    expect(processesOf(folder.path())).to.deep.equal([])
  })

  it('refuses what it cannot use in one sentence before anything is started', async () => {
    const refused: [string[], string][] = [
      [['--bogus'], "unknown option '--bogus'"],
      [['--symbols', '0'], '--symbols must be an integer from 1 to 2000, was "0"'],
      [['--duration', 'long'], '--duration must be an integer from 1'],
      [['--exchange', 'nyse'], '--exchange does not fit'],
      [['--replay', '/none.csv'], 'there is no /none.csv'],
      [['--exchange', 'binanceusdm', '--replay', 'package.json'], '--replay is for the simulator'],
      [['--exchange', 'binanceusdm', '--rate', '2'], 'rate 1'],
      [['--live'], '--live is refused'],
    ]
    await Promise.all(
      refused.map(async ([args, part]) => {
        const each = up(...args)
        expect(await each.ended).to.equal(2)
        expect(each.output())
          .to.match(/^sluice up: [^\n]+\n$/)
          .and.to.contain(part)
      }),
    )
    expect(existsSync(join(folder.path(), 'redis'))).to.equal(false)
    const help = up('--help')
    expect(await help.ended).to.equal(0)
    expect(help.output()).to.contain('Examples:')
  })

  it('says what a corrupt recording holds, and ends with 2', async () => {
    const replay = folder.write('klines.csv', 'symbol,openTime\nBTCUSDT,1\n')
    const each = up('--no-board', '--replay', replay)
    expect(await each.ended).to.equal(2)
    expect(each.output()).to.match(/\nsluice up: simulator: replay file [^\n]*klines\.csv line 1[^\n]*\n$/)
    expect(processesOf(folder.path())).to.deep.equal([])
  })
})
