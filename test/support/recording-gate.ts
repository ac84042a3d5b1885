import type { RequestGate, VenueAnswer, VenueRequest } from '../../lib/exchange/exchange.ts'

/** One request that passed, and every answer that its ticket was settled with. */
export interface PassedRequest extends VenueRequest {
  readonly answers: VenueAnswer[]
}

/** A gate that lets everything pass and remembers it. */
export interface RecordingGate extends RequestGate {
  /** in the order in which they left */
  readonly passed: PassedRequest[]
  /** of everything that passed */
  weight(): number
}

/** Opens a gate that nothing has passed yet. */
export function openRecordingGate(): RecordingGate {
  const passed: PassedRequest[] = []
  return {
    passed,
    weight: () => passed.reduce((sum, { weight }) => sum + weight, 0),
    enter(request) {
      const answers: VenueAnswer[] = []
      passed.push({ ...request, answers })
      return Promise.resolve({ settle: (answer) => void answers.push(answer) })
    },
  }
}
