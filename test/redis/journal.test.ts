import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { openJournal } from '../../lib/orders/journal.ts'
import type { JournalEntry } from '../../lib/orders/journal.ts'
import { readRecords } from '../../lib/orders/records.ts'
import { withRedis } from '../support/with-redis.ts'

const of = { venue: 'v', account: 'main' }
const entry = (id: string): JournalEntry => ({ kind: 'request', what: 'create', id, symbol: 'A', text: '{}' })

describe('the journal', () => {
  const redis = withRedis()

  async function ids(hub: Hub): Promise<unknown[]> {
    const found: unknown[] = []
    for await (const records of readRecords(hub, of, 'journal', '0-0'))
      found.push(...records.map(({ row }) => row['id']))
    return found
  }

  it('keeps what is noted in order, and writes the rest when it is closed', async () => {
    const hub = await redis.hub()
    const journal = openJournal(hub, of, 'order:host:1')
    const wanted = Array.from({ length: 1_500 }, (_, at) => `id${at}`)
    for (const id of wanted) journal.note(entry(id))
    await journal.close()
    expect(await ids(hub)).to.deep.equal(wanted)
  })

  it('holds no more than its bound while nothing is written, and says what it dropped', async () => {
    const hub = await redis.hub()
    const journal = openJournal(hub, of, 'order:host:1')
    for (let at = 0; at < 10_050; at++) journal.note(entry(`id${at}`))
    await journal.close()
    journal.note(entry('after'))
    await journal.close()
    const found = await ids(hub)
    expect(found).to.have.lengthOf(10_002)
    expect(found.slice(-2)).to.deep.equal(['', 'after'])
  })
})
