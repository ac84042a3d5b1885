/** What the user gave is wrong; the message is one sentence with what was expected and what was found. */
export class InputError extends Error {
  override name = 'InputError'
}
