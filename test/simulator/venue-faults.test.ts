import { expect } from 'chai'
import type { AccountClient } from './account-client.ts'
import { openAccount } from './open-account.ts'
import { postJson, until } from './request.ts'
import type { Started } from './start-simulator.ts'
import type { Told, VenueClient } from './venue-client.ts'
import { bybit, list, okx, rows } from './venue-words.ts'
import { startWave } from './wave.ts'

for (const [name, words] of Object.entries({ okx, bybit })) {
  describe(`simulator account faults in the words of ${name}`, function () {
    this.timeout(20_000)

    let simulator: Started
    let client: VenueClient
    let truth: AccountClient

    before(async () => {
      // A minute lasts two seconds, and a limit of requests in one second comes back soon.
      simulator = await startWave('--rate', '30')
    })

    after(() => simulator.stop())

    beforeEach(async () => {
      ;({ client, truth } = await openAccount(simulator.url, words.open))
    })

    afterEach(() => set([]))

    async function set(rules: unknown): Promise<void> {
      const { status, body } = await postJson(`${simulator.url}/_sim/faults`, rules)
      expect(status, body).to.equal(200)
    }

    const taken = async (told: Promise<Told>) =>
      expect(words.codeOf(await told), JSON.stringify(await told)).to.equal(words.codes.taken)
    const ordersPlaced = async () => (await truth.truth()).orders.length

    it('do not find an order or a stop for a while after it was placed, though it stands', async () => {
      await taken(words.market(client))
      await set({ kind: 'notFoundFor', ms: 90_000 })
      await taken(words.limit(client, 'new'))
      await taken(words.stop(client, 'guard', '90'))
      expect(words.codeOf(await words.find(client, 'new'))).to.equal(words.codes.noOrder)
      expect(words.codeOf(await words.findStop(client, 'guard'))).to.equal(words.codes.noOrder)
      expect(words.codeOf(await words.cancel(client, 'new'))).to.equal(words.codes.noCancel)
      expect(words.codeOf(await words.cancelStop(client, 'guard'))).to.equal(words.codes.noCancel)
      const { openOrders, openAlgoOrders } = await truth.truth()
      expect([openOrders.length, openAlgoOrders.length]).to.deep.equal([1, 1])
      await until(async () =>
        words.codeOf(await words.find(client, 'new')) === words.codes.taken ? true : undefined,
      )
      await taken(words.cancel(client, 'new'))
    })

    it('let lists lag behind', async () => {
      await set({ kind: 'lag', ms: 90_000, path: words.paths.orders })
      await taken(words.limit(client, 'late'))
      expect(await words.openIds(client)).to.deep.equal([])
      await until(async () => ((await words.openIds(client)).join() === 'late' ? true : undefined))
    })

    it('freeze an answer at the state of when they began, and let others go on', async () => {
      await taken(words.market(client))
      await set({ kind: 'freeze', ms: 60_000, path: words.paths.positions })
      await taken(words.market(client, words.names[1]))
      await taken(words.limit(client, 'seen'))
      expect(await words.symbols(client)).to.deep.equal([words.names[0]])
      expect(await words.openIds(client)).to.deep.equal(['seen'])
      await until(async () => ((await words.symbols(client)).length === 2 ? true : undefined))
    })

    it('leave rows out, by the name that the market has for them', async () => {
      await taken(words.market(client))
      await taken(words.market(client, words.names[1]))
      await set({ kind: 'lackRows', symbol: 'AAAUSDT' })
      expect(await words.symbols(client)).to.deep.equal([words.names[1]])
      expect(await words.assets(client)).to.deep.equal(['USDT'])
      await set({ kind: 'lackRows', symbol: 'USDT' })
      expect(await words.assets(client)).to.deep.equal([])
      expect(await words.symbols(client)).to.have.length(2)
    })

    it('leave it open whether an order was taken', async () => {
      await set({ kind: 'unknown', count: 1 })
      expect(words.codeOf(await words.limit(client, 'one'))).to.equal(words.codes.unknown)
      expect(await ordersPlaced()).to.equal(1)
      await set({ kind: 'unknown', taken: false })
      expect(words.codeOf(await words.limit(client, 'two'))).to.equal(words.codes.unknown)
      expect(words.codeOf(await words.cancel(client, 'one'))).to.equal(words.codes.unknown)
      expect(await ordersPlaced()).to.equal(1)
      expect((await truth.truth()).openOrders).to.have.length(1)
    })

    it('fail in the words of the venue after what was asked for is done', async () => {
      for (const [i, [status, code]] of words.failures.entries()) {
        await set({ kind: 'status', status, body: 'json', path: words.paths.order, count: 1 })
        const told = await words.limit(client, `done${i}`)
        expect(told['code'] ?? told['retCode']).to.equal(code)
        expect(await ordersPlaced()).to.equal(i + 1)
      }
    })

    it('cut and stall an answer in its middle, after what was asked for is done', async () => {
      const failed = async (told: Promise<Told>) =>
        told.then(
          () => 'answered',
          () => 'cut',
        )
      await set({ kind: 'cut', path: words.paths.order, count: 1 })
      expect(await failed(words.limit(client, 'cut'))).to.equal('cut')
      await set({ kind: 'stall', ms: 6000, path: words.paths.order, count: 1 })
      const startedAt = performance.now()
      expect(await failed(words.limit(client, 'stalled'))).to.equal('cut')
      expect(performance.now() - startedAt).to.be.at.least(190)
      expect(await ordersPlaced()).to.equal(2)
    })

    it('drop, double, reorder and cut what a private stream tells', async () => {
      const stream = await words.stream(client)
      const told = () =>
        stream.heard.flatMap((event) => ['a', 'b', 'c', 'd'].filter((id) => words.isOrder(event, id)))
      await set({ kind: 'drop', path: words.places.order, count: 1 })
      await taken(words.limit(client, 'a'))
      await set({ kind: 'duplicate', path: words.places.order, count: 1 })
      await taken(words.limit(client, 'b'))
      await stream.wait((event) => words.isOrder(event, 'b'))
      await until(async () => (told().length === 2 ? true : undefined))
      await set({ kind: 'reorder', ms: 300_000, path: words.places.order, count: 1 })
      await taken(words.limit(client, 'c'))
      await taken(words.limit(client, 'd'))
      await stream.wait((event) => words.isOrder(event, 'c'))
      expect(told()).to.deep.equal(['b', 'b', 'd', 'c'])
      const closed = new Promise((resolve) => stream.socket.once('close', resolve))
      await set({ kind: 'cut', path: words.places.position, count: 1 })
      await taken(words.market(client))
      await closed
    })

    it('keep the answer to a ping back while a stream is silent', async () => {
      const stream = await words.stream(client)
      const ping = name === 'okx' ? 'ping' : JSON.stringify({ op: 'ping', req_id: 'p' })
      const pongs = () =>
        stream.heard.filter(
          ({ text, op, ret_msg }) => text === 'pong' || (op === 'ping' && ret_msg === 'pong'),
        )
      await set({ kind: 'silence', path: 'stream/private' })
      stream.socket.send(ping)
      await taken(words.limit(client, 'a'))
      await set([])
      stream.socket.send(ping)
      await until(async () => (pongs().length > 0 ? true : undefined))
      expect(pongs()).to.have.length(1)
      expect(stream.heard.filter((event) => words.isOrder(event, 'a'))).to.deep.equal([])
      stream.close()
    })

    for (const status of ['REJECTED', 'EXPIRED', 'STUCK'] as const) {
      it(`let a stop that is reached end as ${status}`, async () => {
        await taken(words.market(client))
        await set({ kind: 'triggerFails', status })
        // The mark goes round between 98 and 102: above the trigger first, then beneath it.
        await until(async () => {
          const told = await words.stop(client, 'guard', '99')
          return words.codeOf(told) === words.codes.taken ? true : undefined
        })
        const state = words.stopStates[status]
        await until(async () => {
          const told = await words.findStop(client, 'guard')
          const row = (name === 'okx' ? rows(told) : list(told))[0]
          return row?.['state'] === state || row?.['orderStatus'] === state ? true : undefined
        })
        expect((await truth.truth()).positions[0]).to.include({ size: '1' })
      })
    }
  })
}
