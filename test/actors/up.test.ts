import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
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

const soak = process.env['SOAK_RUNS'] !== undefined
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

  // Without the set-up before it, which has tests of its own.
  function up(...args: string[]): Up {
    const each = start(folder.path(), args)
    ups.push(each)
    return each
  }

  function start(path: string, args: string[], program = [process.execPath, 'scripts/start']): Up {
    const configuration = join(path, 'sluice.json')
    writeFileSync(configuration, '{}')
    // None of these tests is about how often candles are polled.
    const environment = cleanEnvironment({
      SLUICE_CONFIG: configuration,
      SLUICE_SHARE: '0.4',
      SLUICE_CANDLES_PER_POLL: '10',
    })
    const [command = '', ...flags] = [...program, '--symbols', '6', '--data-dir', path, ...args]
    const child = spawn(command, flags, {
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
    return { child, output: () => output, ended, says }
  }

  // Whatever became of the test: its folder's name tells which processes are its own.
  afterEach(async () => {
    for (const { child } of ups.splice(0)) child.kill('SIGKILL')
    if (canSeeProcesses) for (const { pid } of processesOf(folder.path())) process.kill(pid, 'SIGKILL')
  })

  describe('that runs', () => {
    let path = ''
    let running: Up
    let left: number[] = []

    // On what one left that was killed.
    before(async () => {
      path = mkdtempSync(join(tmpdir(), 'sluice-test-'))
      const first = start(path, ['--no-board'])
      await first.says('Started symbol-cursor')
      left = processesOf(path).map(({ pid }) => pid)
      first.child.kill('SIGKILL')
      await first.ended
      running = start(path, ['--port', '0'])
      await running.says('Ctrl-C stops everything')
    })
    after(() => {
      running.child.kill('SIGKILL')
      for (const { pid } of processesOf(path)) process.kill(pid, 'SIGKILL')
      rmSync(path, { recursive: true, force: true })
    })

    it('copes with what another left that was killed', async () => {
      expect(running.output()).to.match(/Redis runs on[\s\S]*Ready/)
    })

    it('has outlived whatever that one had started', async () => {
      expect(left).to.have.length.above(2)
      const isOver = async () => processesOf(path).every(({ pid }) => !left.includes(pid))
      await until('what was left has ended', isOver, leashMs)
    })

    it('shows the way to the board, whose password stands in no log', async () => {
      const login = /Board {2}(\S+) {2}user sluice {2}password (\S+)/.exec(running.output())
      const [, url = '', password = ''] = login ?? []
      expect((await fetch(url)).status).to.equal(401)
      const authorization = `Basic ${Buffer.from(`sluice:${password}`).toString('base64')}`
      expect((await fetch(url, { headers: { authorization } })).status).to.equal(200)
      expect(readFileSync(join(path, 'logs', 'board.log'), 'utf8')).to.not.contain(password)
    })

    it('refuses to run twice on one folder, and goes on', async () => {
      const second = start(path, ['--no-board'])
      expect(await second.ended).to.equal(2)
      expect(second.output()).to.match(
        /^sluice up: Sluice runs in this checkout already[^\n]*--data-dir[^\n]*\n$/,
      )
      expect(running.child.exitCode).to.equal(null)
    })

    it('starts again what ends by itself, and says so', async () => {
      for (const [pattern, sentence] of [
        [/actors\/kline/, 'kline ended by itself (SIGKILL)'],
        [/\/simulator --port/, 'simulator ended by itself (SIGKILL)'],
        [/redis-server|valkey-server/, 'Redis ended by itself'],
      ] as const) {
        const lookFor = () => processesOf(path).find(({ commandLine }) => pattern.test(commandLine))?.pid
        const killed = lookFor()
        if (killed === undefined) throw new Error(`expected a process like ${String(pattern)}, found none`)
        process.kill(killed, 'SIGKILL')
        await running.says(sentence)
        const another = async () => ![undefined, killed].includes(lookFor())
        await until(`another ${String(pattern)}`, another, withinMs)
      }
    })

    it('ends with 0 when it is asked to, and leaves no process behind', async () => {
      running.child.kill('SIGINT')
      expect(await running.ended, running.output()).to.equal(0)
      expect(running.output()).to.not.contain('killed:')
      expect(processesOf(path)).to.deep.equal([])
    })
  })

  describe('with --duration and --live', () => {
    let path = ''
    let output = ''
    let code: number | null = null

    before(async () => {
      path = mkdtempSync(join(tmpdir(), 'sluice-test-'))
      const run = start(path, ['--live', '--duration', '3', '--no-board'], ['scripts/up'])
      code = await run.ended
      output = run.output()
    })
    after(() => {
      for (const { pid } of processesOf(path)) process.kill(pid, 'SIGKILL')
      rmSync(path, { recursive: true, force: true })
    })

    it('runs for a time once all candles are fresh, ends with 0 and leaves no process behind', () => {
      expect(code, output).to.equal(0)
      expect(output).to.match(/The venue lists \d+ instruments; 6 are followed\./)
      expect(output).to.match(/Ready: the candles of 6 symbols are fresh\.[\s\S]*Everything has stopped\.\n$/)
      expect(processesOf(path)).to.deep.equal([])
      expect(existsSync(join(path, 'redis', 'endpoint.json'))).to.equal(false)
      for (const name of ['simulator', 'symbol-cursor', 'kline']) {
        expect(existsSync(join(path, 'logs', `${name}.log`))).to.equal(true)
      }
    })

    it('starts what an account needs, on the simulated one, halted', () => {
      expect(code, output).to.equal(0)
      expect(output).to.match(/Started [^\n]*position, order, risk, trader/)
      expect(output).to.match(/Orders are LIVE, on account main\. Trading is halted/)
      const log = readFileSync(join(path, 'logs', 'order.log'), 'utf8')
      expect(log).to.contain('serves the account')
      expect(log).to.not.contain('"level":"error"')
    })
  })

  it('stops in the middle of its start, and at once when it is asked twice', async () => {
    const { says, child, ended } = up('--port', '0')
    await says('Started symbol-cursor')
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect(await ended).to.equal(0)
    expect(processesOf(folder.path())).to.deep.equal([])
  })

  it('says which port is taken, ends with 2 and has stopped everything again', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const port = String((taken.address() as AddressInfo).port)
    // The board starts last: with all before it that takes its time.
    const cases = [['simulator', '--simulator-port'], ...(soak ? [['board', '--port']] : [])] as const
    try {
      for (const [what, flag = ''] of cases) {
        const each = up(flag, port)
        expect(await each.ended).to.equal(2)
        expect(each.output()).to.match(new RegExp(`\\nsluice up: ${what}: [^\\n]*${port}[^\\n]*\\n$`))
        expect(each.output()).to.contain(flag)
      }
    } finally {
      taken.close()
    }
    expect(processesOf(folder.path())).to.deep.equal([])
  })

  it('refuses what it cannot use in one sentence before anything is started', async () => {
    const refused: [string[], string][] = [
      [['--symbols', '0'], '--symbols must be an integer from 1 to 2000, was "0"'],
      [['--replay', '/none.csv'], 'there is no /none.csv'],
      [['--live', '--account', 'paper'], '--account must name an account at the venue'],
    ]
    // Much the same as others.
    if (soak)
      refused.push(
        [['--bogus'], "unknown option '--bogus'"],
        [['--exchange', 'nyse'], '--exchange does not fit'],
        [['--exchange', 'binanceusdm', '--replay', 'package.json'], '--replay is for the simulator'],
        [['--exchange', 'binanceusdm', '--rate', '2'], 'rate 1'],
        [['--duration', 'long'], '--duration must be an integer from 1'],
      )
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

  // As a port that is taken, it is the simulator that says it.
  if (soak)
    it('says what a corrupt recording holds, and ends with 2', async () => {
      const replay = folder.write('klines.csv', 'symbol,openTime\nBTCUSDT,1\n')
      const each = up('--no-board', '--replay', replay)
      expect(await each.ended).to.equal(2)
      expect(each.output()).to.match(/\nsluice up: simulator: replay file [^\n]*klines\.csv line 1[^\n]*\n$/)
      expect(processesOf(folder.path())).to.deep.equal([])
    })
})
