import { expect } from 'chai'
import { describeError, RetryLaterError, VenueRejectedError } from '../../../lib/model/errors.ts'

describe('an error', () => {
  it('is described on one line with its causes, those once that it names itself', () => {
    const socket = new Error('ECONNREFUSED')
    const fetch = new Error('fetch failed', { cause: socket })
    expect(describeError(fetch)).to.equal('fetch failed (ECONNREFUSED)')
    expect(describeError(new Error('refused: ECONNREFUSED', { cause: socket }))).to.equal(
      'refused: ECONNREFUSED',
    )
    expect(describeError('text')).to.equal('text')
  })

  it('tells by its class what to do next, and carries what that takes', () => {
    const later = new RetryLaterError('closed', { retryAt: 5 })
    expect([later.name, later.retryAt]).to.deep.equal(['RetryLaterError', 5])
    const rejected = new VenueRejectedError('no', { code: '-1121' })
    expect([rejected.name, rejected.code]).to.deep.equal(['VenueRejectedError', '-1121'])
  })
})
