/** A payload that looks like the original, and notes in `read` the path of each field that is asked for: `a.P[].s`. */
export function watchReads(payload: unknown, read: Set<string>, path = ''): unknown {
  if (typeof payload !== 'object' || payload === null) return payload
  const isList = Array.isArray(payload)
  return new Proxy(payload, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver)
      // A promise that is to be a row asks whether the row is a promise.
      if (typeof key === 'symbol' || typeof value === 'function' || key === 'then') return value
      if (isList) return /^\d+$/.test(key) ? watchReads(value, read, `${path}[]`) : value
      const at = path === '' ? key : `${path}.${key}`
      read.add(at)
      return watchReads(value, read, at)
    },
  })
}
