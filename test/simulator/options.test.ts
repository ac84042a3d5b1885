import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { InputError } from '../../simulator/core/input-error.ts'
import { readReplayFile } from '../../simulator/core/replay-file.ts'
import { parseOptions } from '../../simulator/options.ts'
import { failureOf } from '../support/failure-of.ts'
import { HEADER, makeRows, toLines, writeRecording } from './recording.ts'
import { runSimulator, startSimulator, startSimulatorProgram } from './start-simulator.ts'

const soak = process.env['SOAK_RUNS'] !== undefined

describe('simulator command line', function () {
  this.timeout(20_000)

  async function refused(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runSimulator(...args)
    expect(code).to.equal(2)
    expect(stdout).to.equal('')
    expect(stderr.trim().split('\n')).to.have.length(1)
    return stderr
  }

  it('prints one ready line and ends with 0 on SIGTERM', async () => {
    const simulator = await startSimulatorProgram('--symbols', '1')
    expect(await simulator.stop()).to.equal(0)
  })

  it('explains its options and ends with 0', async () => {
    const { code, stdout } = await runSimulator('--help')
    expect(code).to.equal(0)
    for (const option of ['--port', '--symbols', '--replay', '--rate', '--seed'])
      expect(stdout).to.contain(option)
  })

  it('refuses unknown flags, stray words and bad numbers with what was expected and found', async () => {
    const cases: readonly (readonly [args: string[], ...parts: string[]])[] = [
      [['--port', '99999'], 'an integer from 0 to 65535', '"99999"'],
      [['--bogus'], '--bogus'],
      [['--log-level', 'loud'], 'loud', 'debug'],
      [['stray'], 'argument'],
      [['--rate', 'fast'], 'a number from', '"fast"'],
    ]
    for (const [args, ...parts] of cases)
      for (const part of parts) expect(() => parseOptions(args)).to.throw(InputError, part)
    // The program makes the same of each: one line, and 2.
    for (const [args, ...parts] of soak ? cases : cases.slice(0, 1)) {
      const told = await refused(...args)
      for (const part of parts) expect(told).to.contain(part)
    }
  })

  it('names the port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const port = String((server.address() as AddressInfo).port)
    try {
      const failure = await failureOf(() => startSimulator('--port', port, '--symbols', '1'))
      expect(failure).to.be.instanceOf(InputError)
      expect(failure.message).to.contain(port).and.to.contain('in use')
    } finally {
      server.close()
    }
  })

  it('names the line of a corrupt recording and what stood there', async () => {
    const good = toLines(makeRows(['BTCUSDT'], 4))
    const spoilt: [lines: string[], expected: string][] = [
      [[], 'is empty'],
      [[HEADER], 'no candle'],
      [['time,open'], 'line 1'],
      [[...good, 'BTCUSDT,1748822700000,1,2'], 'line 6'],
      [[...good, 'BTCUSDT,1748822700000,1,2,x,1,5'], 'line 6: expected a plain decimal number, found "x"'],
      [[...good, 'BTCUSDT,1748822700000,1,2,3,1,5'], 'line 6: expected 0 < low'],
      [[...good, good[2]!], 'line 6: expected openTime of BTCUSDT after'],
      [[...good, 'BTCUSDT,1748822700001,1,2,1,1,5'], 'line 6: expected openTime in whole minutes'],
    ]
    for (const [lines, expected] of spoilt) {
      const file = writeRecording(lines)
      expect(() => readReplayFile(file.path)).to.throw(InputError, expected)
      file.remove()
    }
    const file = writeRecording(spoilt[4]?.[0] ?? [])
    expect(await refused('--replay', file.path)).to.contain('line 6: expected a plain')
    file.remove()
  })

  it('names a recording that is missing, is no gzip, or is not of one minute', () => {
    const file = writeRecording(['plain'], 'klines.csv')
    const hourly = writeRecording(toLines(makeRows(['A', 'B'], 200).filter((_, index) => index % 60 === 0)))
    try {
      const reading = (path: string) => () => readReplayFile(path)
      expect(reading(`${file.path}.gz`)).to.throw(InputError, 'no such file')
      expect(reading(file.path)).to.throw(InputError, /line 1.*"plain"/)
      expect(reading(hourly.path)).to.throw(InputError, '1-minute candles')
    } finally {
      file.remove()
      hourly.remove()
    }
  })
})
