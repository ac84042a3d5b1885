/** A request to the simulator itself that cannot be served; the message says what was expected and found. */
export class RequestProblem extends Error {
  override name = 'RequestProblem'
}
