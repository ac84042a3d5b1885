import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { HEADER, makeRows, toLines, writeRecording } from './recording.ts'
import { runSimulator, startSimulatorProgram } from './start-simulator.ts'

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
    const [unknown, stray, port, rate, level] = await Promise.all([
      refused('--bogus'),
      refused('stray'),
      refused('--port', '99999'),
      refused('--rate', 'fast'),
      refused('--log-level', 'loud'),
    ])
    expect(unknown).to.contain('--bogus')
    expect(stray).to.contain('argument')
    expect(port).to.contain('an integer from 0 to 65535').and.to.contain('"99999"')
    expect(rate).to.contain('a number from').and.to.contain('"fast"')
    expect(level).to.contain('loud').and.to.contain('debug')
  })

  it('names the port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const port = String((server.address() as AddressInfo).port)
    try {
      expect(await refused('--port', port, '--symbols', '1'))
        .to.contain(port)
        .and.to.contain('in use')
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
    await Promise.all(
      spoilt.map(async ([lines, expected]) => {
        const file = writeRecording(lines)
        expect(await refused('--replay', file.path)).to.contain(expected)
        file.remove()
      }),
    )
  })

  it('names a recording that is missing, is no gzip, or is not of one minute', async () => {
    const file = writeRecording(['plain'], 'klines.csv')
    const hourly = writeRecording(toLines(makeRows(['A', 'B'], 200).filter((_, index) => index % 60 === 0)))
    try {
      const [missing, plain, hours] = await Promise.all([
        refused('--replay', `${file.path}.gz`),
        refused('--replay', file.path),
        refused('--replay', hourly.path),
      ])
      expect(missing).to.contain('no such file')
      expect(plain).to.contain('line 1').and.to.contain('"plain"')
      expect(hours).to.contain('1-minute candles')
    } finally {
      file.remove()
      hourly.remove()
    }
  })
})
