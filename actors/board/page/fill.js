const historyLength = 120
const laneHistory = new Map()

/** A span in a few characters: 840 ms, 5.26 s, 3 m 05 s, 2 h 10 m. */
export function seconds(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
  const whole = Math.round(ms / 1000)
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`
  const hours = Math.floor(whole / 3600)
  return hours < 48
    ? `${hours} h ${Math.floor((whole % 3600) / 60)} m`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

const orDash = (ms) => (ms == null ? '–' : seconds(ms))
const count = (number) => number.toLocaleString('en')

export function text(element, value) {
  if (element.textContent !== value) element.textContent = value
}

export function badge(element, word, tone) {
  text(element, word)
  element.className = `badge ${tone}`
}

const lastPart = (address) => address.split(':').at(-1)

const tones = { fresh: 'good', late: 'warn', stale: 'bad', starting: '', empty: '' }

export function fillLane(row, lane) {
  const [name, state, symbols, lap, bound, p50, p99, max, spark] = row.cells
  text(name, lane.lane)
  if (state.firstChild === null) state.append(document.createElement('span'))
  badge(state.firstChild, lane.freshness, tones[lane.freshness] ?? '')
  text(
    symbols,
    lane.missing > 0 ? `${count(lane.symbols)}, ${count(lane.missing)} not yet` : count(lane.symbols),
  )
  text(lap, orDash(lane.lapMs))
  text(bound, orDash(lane.boundMs))
  text(p50, orDash(lane.ageMs?.p50))
  text(p99, orDash(lane.ageMs?.p99))
  text(max, orDash(lane.ageMs?.max))
  const history = laneHistory.get(lane.lane) ?? []
  laneHistory.set(lane.lane, [...history, lane.ageMs?.max ?? 0].slice(-historyLength))
  draw(spark, laneHistory.get(lane.lane))
}

function draw(cell, values) {
  const space = 'http://www.w3.org/2000/svg'
  if (cell.firstChild === null) {
    const svg = document.createElementNS(space, 'svg')
    svg.setAttribute('viewBox', '0 0 240 28')
    svg.setAttribute('role', 'img')
    svg.append(document.createElementNS(space, 'polyline'))
    cell.append(svg)
  }
  const top = Math.max(...values, 1)
  const scale = 22 / top
  const step = 240 / (historyLength - 1)
  const points = values.map((value, i) => {
    const x = 240 - (values.length - 1 - i) * step
    return `${x.toFixed(1)},${(26 - value * scale).toFixed(1)}`
  })
  cell.firstChild.firstChild.setAttribute('points', points.join(' '))
  cell.firstChild.setAttribute('aria-label', `at most ${seconds(top)}`)
  cell.title = `at most ${seconds(top)} in the last ${values.length} s`
}

export function fillBudget(element, budget) {
  const [names, bar, told] = element.children
  const isClosed = budget.cooldownMs > 0
  element.classList.toggle('closed', isClosed)
  text(names.children[0], budget.address)
  if (isClosed) {
    const by = budget.closedBy == null ? '' : ` by ${budget.closedBy}`
    badge(names.children[1], `closed${by}, opens in ${seconds(budget.cooldownMs)}`, 'bad')
  } else if (budget.probing) badge(names.children[1], 'probing', 'warn')
  else
    badge(
      names.children[1],
      budget.idleMs > 10_000 ? `idle for ${seconds(budget.idleMs)}` : 'open',
      budget.idleMs > 10_000 ? '' : 'good',
    )

  const [used, kept, even] = bar.children
  const { limit, permitted, windowMs, windowLeftMs } = budget
  bar.hidden = limit == null
  if (limit == null) return text(told, `${count(budget.usedWeight)} used; no limit was told yet`)
  const allowed = permitted ?? limit
  const share = (weight) => `${Math.min(100, (100 * weight) / limit).toFixed(2)}%`
  used.style.width = share(budget.usedWeight)
  kept.style.width = share(limit - allowed)
  const passed = windowMs == null || windowLeftMs == null ? undefined : 1 - windowLeftMs / windowMs
  even.hidden = passed === undefined
  if (passed !== undefined) even.style.left = share(allowed * passed)
  bar.title =
    'filled: weight used in this window; the mark: where even use would be now; hatched: not ours to use'
  text(
    told,
    `${count(budget.usedWeight)} of ${count(allowed)} permitted, limit ${count(limit)}` +
      (windowLeftMs == null ? '' : ` · window ends in ${Math.ceil(windowLeftMs / 1000)} s`),
  )
}

export function fillQueue(row, queue) {
  const [name, ...counts] = row.cells
  if (name.firstChild === null) {
    const link = document.createElement('a')
    link.href = `/queues/queue/${encodeURIComponent(`{${queue.name}}`)}`
    link.textContent = queue.name
    name.append(link)
  }
  const states = ['waiting', 'active', 'delayed', 'failed']
  states.forEach((state, i) => text(counts[i], count(queue[state])))
  counts[3].classList.toggle('failing', queue.failed > 0)
}

const notSaid = new Set(['startedAt', 'beatAt'])

export function fillActor(row, actor) {
  const [kind, place, up, beat, says] = row.cells
  text(kind, actor.kind)
  const [, host, pid] = actor.id.split(':')
  text(place, `${host} ${pid ?? lastPart(actor.id)}`)
  text(up, actor.fields.startedAt === undefined ? '–' : seconds(Date.now() - Number(actor.fields.startedAt)))
  text(beat, seconds(actor.beatAgeMs))
  if (says.firstChild === null)
    says.append(Object.assign(document.createElement('div'), { className: 'says' }))
  const said = Object.entries(actor.fields).filter(([field]) => !notSaid.has(field))
  const spoken = JSON.stringify(said)
  if (says.dataset.said === spoken) return
  says.dataset.said = spoken
  says.firstChild.replaceChildren(
    ...said.map(([field, value]) => {
      const element = document.createElement('span')
      element.append(Object.assign(document.createElement('b'), { textContent: `${field} ` }), value)
      return element
    }),
  )
}
