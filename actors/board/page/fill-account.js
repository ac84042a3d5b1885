import { badge, seconds, text } from './fill.js'

const toSecond = (time) => new Date(time).toISOString().slice(5, 19).replace('T', ' ')
const orDash = (value) => value ?? '–'

export function fillCondition(row, condition) {
  const [account, name, since, what] = row.cells
  text(account, condition.account)
  if (name.firstChild === null) name.append(document.createElement('span'))
  badge(name.firstChild, condition.name, 'bad')
  text(since, toSecond(condition.since))
  text(what, condition.text)
}

export function fillAccount(row, { account, sources, modes, figures, income }) {
  const [name, heard, mode, , equity, available, ratio, profit, in4h, in24h] = row.cells
  text(name, account)
  while (heard.children.length < sources.length) heard.append(document.createElement('span'), ' ')
  sources.forEach(({ source, ageMs, problem }, i) => {
    const element = heard.children[i]
    const age = source === 'stream' || ageMs == null ? '' : ` ${seconds(ageMs)}`
    badge(element, problem === undefined ? `${source}${age}` : source, problem === undefined ? 'good' : 'bad')
    element.title = problem ?? ''
  })
  text(mode, orDash(modes?.positionMode))
  text(equity, orDash(figures.equity))
  text(available, orDash(figures.available))
  text(ratio, orDash(figures.marginRatio))
  text(profit, orDash(figures.unrealisedProfit))
  text(in4h, orDash(income.in4h.total))
  text(in24h, orDash(income.in24h.total))
  row.title = figures.unknown.length === 0 ? '' : `not known: ${figures.unknown.join(', ')}`
}

export function fillAccountPosition(row, position) {
  const [account, symbol, side, size, entry, mark, notional, profit, leverage, liquidation, time] = row.cells
  text(account, position.account)
  text(symbol, position.symbol)
  text(side, position.side)
  text(size, position.size)
  text(entry, orDash(position.entryPrice))
  text(mark, orDash(position.markPrice))
  text(notional, orDash(position.notional))
  text(profit, orDash(position.unrealisedProfit))
  text(leverage, orDash(position.leverage))
  text(liquidation, orDash(position.margin.liquidationPrice))
  text(time, position.time == null ? '–' : toSecond(position.time))
}
