import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, SourceMap } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'

// Node 20 compiles a program anew at each start, which is a third of what a short one takes. Here V8's code of the first run
// is kept beside the pack, for all that come after it.

// Real ms after which a program has run most of what it will ever run.
const keepAfterMs = 5_000

/**
 * Runs a pack, and gives what it exports. `files` tells name -> file within `folder`; a file's name changes with what it
 * holds, so that nothing kept of it is ever of another.
 */
export function loadPack(folder, files, name) {
  const loaded = new Map()
  nameSources(fileURLToPath(folder))
  return load(name)

  function load(wanted) {
    const known = loaded.get(wanted)
    if (known !== undefined) return known.exports
    const file = join(fileURLToPath(folder), files[wanted])
    const module = { exports: {} }
    loaded.set(wanted, module)
    const run = compile(file).runInThisContext()
    run(module.exports, createRequire(file), module, file, load, importNamed)
    return module.exports
  }
}

const importNamed = (file) => import(pathToFileURL(file).href)

function compile(filename) {
  // A pack is ASCII alone.
  const source = readFileSync(filename, 'latin1')
  // Another Node.js, another processor and other flags of V8 want other code.
  const kept = `${filename}.${cachedDataVersionTag()}.code`
  const cachedData = readIfThere(kept)
  const script = new Script(source, { filename, cachedData })
  if (cachedData === undefined || script.cachedDataRejected) keepCode(script, kept)
  return script
}

function keepCode(script, file) {
  const keep = () => {
    process.off('exit', keep)
    if (existsSync(file) && script.cachedDataRejected !== true) return
    const draft = `${file}.${process.pid}`
    try {
      // On disk before it has its name, since V8 believes what it is given.
      writeFileSync(draft, script.createCachedData(), { flush: true })
      renameSync(draft, file)
    } catch {
      // A folder that may not be written to, or a full disk: then each start compiles.
      rmSync(draft, { force: true })
    }
  }
  setTimeout(keep, keepAfterMs).unref()
  process.once('exit', keep)
}

function readIfThere(file) {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

// As Node does with its maps, but only once a stack is told: it would read each map at each start.
function nameSources(folder) {
  const maps = new Map()
  const mapOf = (file) => {
    if (!maps.has(file)) maps.set(file, readMap(file))
    return maps.get(file)
  }
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map((frame) => {
      const file = frame.getFileName() ?? ''
      const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()]
      const entry = file.startsWith(folder) ? mapOf(file)?.findEntry(line - 1, column - 1) : undefined
      if (!entry?.originalSource || entry.originalSource.includes('/node_modules/'))
        return `\n    at ${frame.toString()}`
      const source = resolve(dirname(file), entry.originalSource)
      const place = `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
      return `\n    at ${frame.toString().replace(`${file}:${line}:${column}`, () => place)}`
    })
    return headOf(error) + lines.join('')
  }
}

function headOf(error) {
  try {
    return String(error)
  } catch {
    return 'an error without words'
  }
}

function readMap(file) {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')))
  } catch {
    return undefined
  }
}
