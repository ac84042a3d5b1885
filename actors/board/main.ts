import { runActor } from '../../lib/hub/actor.ts'
import { openBoard } from './open-board.ts'

void runActor({
  kind: 'board',
  yields: true,
  summary:
    'Web page on the lanes, budgets, actors and queues. The password is SLUICE_BOARD_PASSWORD, else one is made.',
  settings: ['host', 'port', 'allowActions', 'account', 'live'],
  start: openBoard,
})
