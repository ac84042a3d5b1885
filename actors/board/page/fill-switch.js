import { badge } from './fill.js'

const tones = { active: 'good', reducing: 'warn', halted: 'bad' }
const patienceMs = 5000

// What needs a second thought asks for the account's name.
const actions = [
  { action: 'halt', state: 'halted', asks: undefined },
  { action: 'reduce', state: 'reducing', asks: undefined },
  { action: 'resume', state: 'active', asks: 'Let this account trade again?' },
  {
    action: 'flatten',
    state: undefined,
    asks: 'Halt this account and take all of its positions to nothing?',
  },
]

/** Shows whether an account may trade, and where actions are allowed the buttons that change it. */
export function fillSwitch(cell, { account, tradingState, tradingReason }, allowActions) {
  if (cell.firstChild === null) {
    cell.append(document.createElement('span'))
    if (allowActions) for (const each of actions) cell.append(makeButton(account, each))
  }
  const [state, ...buttons] = cell.children
  badge(state, tradingState ?? 'state missing', tones[tradingState] ?? 'bad')
  state.title = tradingReason ?? ''
  buttons.forEach((button, at) => {
    const of = actions[at].state
    button.disabled = button.dataset.busy === 'yes' || (of !== undefined && of === tradingState)
  })
}

function makeButton(account, { action, asks }) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'switch'
  button.textContent = action
  button.addEventListener('click', () => void run(button, account, action, asks))
  return button
}

async function run(button, account, action, asks) {
  let confirm = ''
  if (asks !== undefined) {
    confirm = window.prompt(`${asks} Type its name, ${account}:`) ?? ''
    if (confirm.trim() !== account) return
  }
  button.dataset.busy = 'yes'
  button.disabled = true
  try {
    const answer = await fetch(new URL('/api/switch', location.origin), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ account, action, confirm: confirm.trim() }),
      signal: AbortSignal.timeout(patienceMs),
    })
    const { error } = await answer.json()
    if (!answer.ok) window.alert(error)
  } catch {
    window.alert(`The board did not answer: look whether ${account} has changed.`)
  }
  delete button.dataset.busy
}
