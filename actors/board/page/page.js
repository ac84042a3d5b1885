import { fillActor, fillBudget, fillLane, fillQueue, seconds } from './fill.js'
import { fillAlert } from './fill-alerts.js'
import { fillAccount, fillAccountPosition, fillCondition } from './fill-account.js'
import { fillSwitch } from './fill-switch.js'
import { fillOrder, fillPosition } from './fill-paper.js'

const everyMs = 1000
const patienceMs = 5000
// Older than this, figures are shown as what they are: old.
const oldAfterMs = 4000

const byId = (id) => document.getElementById(id)
let heardAt = 0
let heard

/** Keeps one element per item, in the items' order, and fills in what changed; so a selection survives a refresh. */
function sync(parent, items, keyOf, make, fill) {
  const kept = new Map([...parent.children].map((element) => [element.dataset.key, element]))
  items.forEach((item, i) => {
    const key = keyOf(item)
    let element = kept.get(key)
    kept.delete(key)
    if (element === undefined) {
      element = make()
      element.dataset.key = key
    }
    if (parent.children[i] !== element) parent.insertBefore(element, parent.children[i] ?? null)
    fill(element, item)
  })
  for (const gone of kept.values()) gone.remove()
  parent.closest('section').querySelector('.empty').hidden = items.length > 0
}

function makeRow(cells) {
  return () => {
    const row = document.createElement('tr')
    for (const name of cells) row.insertCell().className = name
    return row
  }
}

function makeBudget() {
  const element = document.createElement('div')
  element.className = 'budget'
  element.innerHTML =
    '<div class="names"><span></span><span class="badge"></span></div>' +
    '<div class="bar"><i class="used"></i><i class="kept"></i><i class="even"></i></div><div class="quiet"></div>'
  return element
}

function show({ venue, redis, allowActions, state }) {
  byId('venue').textContent = venue
  byId('footer').textContent =
    `Redis ${redis} · queues are ${allowActions ? 'open to actions' : 'read-only'} · refreshed each second`
  if (state == null) return
  const number = 'number'
  sync(
    byId('lanes'),
    state.lanes,
    (lane) => lane.lane,
    makeRow(['', '', number, number, number, number, number, number, 'spark']),
    fillLane,
  )
  sync(byId('budgets'), state.budgets, (budget) => budget.address, makeBudget, fillBudget)
  sync(
    byId('queues'),
    state.queues,
    (queue) => queue.name,
    makeRow(['', number, number, number, number]),
    fillQueue,
  )
  sync(byId('alerts'), state.alerts, (alert) => alert.cause, makeRow(['', '', '', '', number, '']), fillAlert)
  showAccounts(state.accounts, allowActions)
  const { account, mode, open, ended, positions } = state.orders
  byId('paper-account').textContent =
    mode === 'paper'
      ? `account ${account} on paper: nothing reaches the venue`
      : `account ${account}: LIVE, at the venue`
  sync(
    byId('paper-orders'),
    [...open, ...ended].toReversed(),
    (order) => order.id,
    makeRow(['', '', '', number, number, number, number, '', '', '']),
    fillOrder,
  )
  byId('paper-held').hidden = mode !== 'paper'
  sync(
    byId('paper-positions'),
    positions,
    (position) => position.symbol,
    makeRow(['', number, number, number, number, number, '']),
    fillPosition,
  )
  sync(byId('actors'), state.actors, (actor) => actor.id, makeRow(['', '', number, number, '']), fillActor)
}

function showAccounts(accounts, allowActions) {
  const number = 'number'
  const of = (name) =>
    accounts.flatMap((each) => each[name].map((row) => ({ ...row, account: each.account })))
  const conditions = of('conditions')
  byId('conditions-section').hidden = conditions.length === 0
  sync(
    byId('conditions'),
    conditions,
    ({ account, name }) => `${account} ${name}`,
    makeRow(['', '', '', '']),
    fillCondition,
  )
  sync(
    byId('accounts'),
    accounts,
    ({ account }) => account,
    makeRow(['', '', '', '', number, number, number, number, number, number]),
    (row, account) => {
      fillAccount(row, account)
      fillSwitch(row.cells[3], account, allowActions)
    },
  )
  sync(
    byId('positions'),
    of('positions').filter(({ size }) => size !== '0'),
    ({ account, symbol, side }) => `${account} ${symbol} ${side}`,
    makeRow(['', '', '', number, number, number, number, number, number, number, '']),
    fillAccountPosition,
  )
}

/** Says how things stand: live, or since when not and why. */
function judge(failure) {
  const ageMs = heard?.stateAgeMs == null ? undefined : heard.stateAgeMs + (Date.now() - heardAt)
  const isOld = ageMs === undefined || ageMs > oldAfterMs
  const problem = failure ?? heard?.problem ?? (isOld && heard !== undefined ? 'No fresh figures' : undefined)
  const shown = ageMs === undefined ? 'nothing could be read yet' : `what you see is ${seconds(ageMs)} old`
  byId('problem').hidden = problem === undefined
  if (problem !== undefined) byId('problem').textContent = `${problem}; ${shown}.`
  document.querySelector('main').classList.toggle('old', isOld)
  const pulse = byId('pulse')
  pulse.textContent = problem === undefined ? 'live' : isOld ? 'stale' : 'unsure'
  pulse.className = `badge ${problem === undefined ? 'good' : isOld ? 'bad' : 'warn'}`
  document.title = problem === undefined ? 'sluice' : `${pulse.textContent} – sluice`
}

async function refresh() {
  try {
    // The origin alone: an address with a login in it may not be fetched.
    const answer = await fetch(new URL('/api/status', location.origin), {
      signal: AbortSignal.timeout(patienceMs),
    })
    if (answer.status === 401)
      return judge('The board was started anew and asks for its new password: reload this page')
    if (!answer.ok) return judge(`The board answered with ${answer.status}`)
    heard = await answer.json()
    heardAt = Date.now()
    show(heard)
    judge()
  } catch {
    judge('The board does not answer')
  }
}

for (;;) {
  if (!document.hidden) await refresh()
  await new Promise((resolve) => setTimeout(resolve, everyMs))
}
