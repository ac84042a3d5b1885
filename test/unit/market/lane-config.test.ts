import { expect } from 'chai'
import { readConfig } from '../../../lib/hub/config.ts'
import type { SettingName } from '../../../lib/hub/settings.ts'
import { toLanes } from '../../../lib/market/lane-config.ts'
import { laneTitle } from '../../../lib/market/lanes.ts'

function lanesOf(flags: Partial<Record<SettingName, string>>): string[] {
  return toLanes('binanceusdm', readConfig(flags, {}).config).map((lane) => `${laneTitle(lane)} ${lane.kind}`)
}

describe('toLanes', () => {
  it('makes the shortest interval the one that takes what is left, in whatever order they are named', () => {
    expect(lanesOf({ intervals: '1h,5m,15m,5m' })).to.deep.equal([
      '5m:all continuous',
      '15m:all long',
      '1h:all long',
    ])
  })

  it('adds a lane of hot symbols in the shortest interval where there is a share for them', () => {
    const hotLane = '{"openPosition":true}'
    expect(lanesOf({ intervals: '1m,1h', hotShare: '0.3', hotLane })).to.deep.equal([
      '1m:all continuous',
      '1h:all long',
      '1m:hot hot',
    ])
    expect(lanesOf({ hotLane })).to.deep.equal(['1m:all continuous'])
  })

  it('wants a condition for a share', () => {
    expect(() => lanesOf({ hotShare: '0.3' })).to.throw(
      'hotShare is 0.3, so hotLane must say which symbols are hot',
    )
  })
})

describe('the setting hotLane', () => {
  const refusal = (hotLane: string) => {
    try {
      readConfig({ hotLane }, {})
    } catch (error) {
      return (error as Error).message
    }
    return undefined
  }

  it('takes every form, nested', () => {
    const condition = {
      any: [
        { all: [{ quoteVolume24h: { atLeast: 1e7 } }, { move: { minutes: 5, atLeast: 0.01 } }] },
        { quoteVolume: { minutes: 3, atLeast: 2e5 } },
        { openPosition: true },
        { symbols: ['BTCUSDT'] },
        { module: './mine.js' },
      ],
    }
    expect(readConfig({ hotLane: JSON.stringify(condition) }, {}).config.hotLane).to.deep.equal(condition)
  })

  it('names the place of a mistake', () => {
    expect(refusal('{"any":[{"openPosition":true},{"all":[{"move":{"minutes":5}}]}]}')).to.include(
      'any.1.all.0.move.atLeast: ',
    )
    expect(refusal('{"move":{"minutes":0,"atLeast":1}}')).to.include('move.minutes: ')
    expect(refusal('{"move":{"minutes":1,"atLeast":1,"most":2}}')).to.include('move: ')
    expect(refusal('{"all":[{"moves":{}}]}')).to.include('all.0: expected an object with one of all, any,')
    expect(refusal('{"symbols":["A"],"openPosition":true}')).to.include('expected an object with one of')
    expect(refusal('{"any":[]}')).to.include('any: at least one condition')
    expect(refusal('move>1')).to.include('expected an object with one of')
    expect(refusal('{"module":"./mine.ts"}')).to.include('module: the path of a .js or .mjs file')
  })
})
