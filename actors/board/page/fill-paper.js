import { badge, text } from './fill.js'

const tones = { pending: 'warn', open: 'warn', filled: 'good', rejected: 'bad' }

const toSecond = (time) => new Date(time).toISOString().slice(5, 19).replace('T', ' ')

export function fillOrder(row, order) {
  const [time, symbol, side, size, price, filled, fees, state, signal, why] = row.cells
  text(time, toSecond(order.submittedAt))
  text(symbol, order.symbol)
  text(side, order.side)
  text(size, order.size)
  text(price, order.price ?? 'market')
  text(filled, order.filled)
  text(fees, order.fees)
  if (state.firstChild === null) state.append(document.createElement('span'))
  badge(state.firstChild, order.state, tones[order.state] ?? '')
  text(signal, order.signalId)
  text(why, order.reason)
}

export function fillPosition(row, position) {
  const [symbol, size, entry, realised, fees, funding, time] = row.cells
  text(symbol, position.symbol)
  text(size, position.size)
  text(entry, position.entryPrice ?? '–')
  text(realised, position.realisedProfit)
  text(fees, position.fees)
  text(funding, position.funding)
  text(time, toSecond(position.time))
}
