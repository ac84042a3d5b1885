import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'
import { ccxtFile } from '../../lib/exchange/load-ccxt.ts'
import { venueIds, venueOf } from '../../lib/exchange/open-exchange.ts'
import { projectRoot } from '../../lib/hub/project-root.ts'

// Packs each program that tsc has compiled, with the packages that it uses, into a file, which load-pack.js runs. Node reads
// some 600 files for an actor else, which is most of the time of its start and a fifth of its memory.

const root = projectRoot()
const actors = readdirSync(join(root, 'dist/actors')).map((name) => `actors/${name}`)
const folder = join(root, 'dist/packed')
const modules = venueIds.map((id) => venueOf(id).module)
const programs = [...actors, 'simulator', 'scripts/cli', 'scripts/start', 'scripts/bench/crash-worker']

// These look for files of their own beside their modules.
const unpacked = ['@bull-board/*', 'fastify', '@fastify/*', 'esbuild', 'protobufjs', 'protobufjs/*']

/** ccxt's venues as packs of their own, since a program takes one of them, in place of a path that is made while it runs. */
const ccxtVenues: Plugin = {
  name: 'ccxt-venues',
  setup(packing) {
    packing.onLoad({ filter: /\/dist\/lib\/exchange\/load-ccxt\.js$/ }, () => ({
      contents: 'export const loadCcxt = async (module) => loadPacked(`ccxt/${module}`).default',
    }))
  },
}

/** What ccxt loads and no venue here needs: a third of its time to load is StarkNet's curve and a browser's fetch. */
const unneeded: Plugin = {
  name: 'unneeded-parts',
  setup(packing) {
    const none = (what: string) => `() => { throw new Error('packed without ${what}') }`
    packing.onLoad({ filter: /\/node_modules\/@scure\/starknet\/index\.js$/ }, () => ({
      contents: ['getStarkKey', 'ethSigToPrivate', 'sign', 'pedersen', 'keccak', 'poseidonHashMany']
        .map((name) => `export const ${name} = ${none('StarkNet')}`)
        .join('\n'),
    }))
    packing.onLoad({ filter: /\/node_modules\/undici\/index\.js$/ }, () => ({
      contents: `
        const Dispatcher = require('./lib/dispatcher/dispatcher')
        Object.assign(Dispatcher.prototype, require('./lib/api'))
        exports.Agent = require('./lib/dispatcher/agent')
        exports.ProxyAgent = require('./lib/dispatcher/proxy-agent')
        exports.fetch = ${none('the fetch of undici')}
        exports.request = async (url, { dispatcher, ...options }) => {
          const { origin, pathname, search } = new URL(url)
          return dispatcher.request({ ...options, origin, path: pathname + search })
        }`,
    }))
  },
}

/** What is named while a program runs is imported by load-pack.js: V8 lets no script do that without a warning. */
const namedModules: Plugin = {
  name: 'named-modules',
  setup(packing) {
    packing.onLoad({ filter: /\/dist\/lib\/hub\/import-module\.js$/ }, () => ({
      contents: 'export const importModule = importNamed',
    }))
  },
}

// A map of their first word alone: errors in packages are told by the packed file's lines, ours by the source's.
const noMap = Buffer.from('{"version":3,"sources":[""],"mappings":"AAAA"}').toString('base64')
const packages: Plugin = {
  name: 'packages',
  setup(packing) {
    packing.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const isCommander = path.endsWith('/ioredis/built/utils/Commander.js')
      const contents = isCommander ? keepMethodsInTable(path, text) : text
      return { contents: `${contents}\n//# sourceMappingURL=data:application/json;base64,${noMap}` }
    })
  },
}

/**
 * ioredis adds 600 methods to a prototype one by one, and V8 copies the list of all before each, which is a sixth of a short
 * program's CPU and 7 MB. Once something but the last has been deleted, it keeps them in a table.
 */
function keepMethodsInTable(path: string, text: string): string {
  const loop = 'commands.forEach(function (commandName) {'
  if (text.split(loop).length !== 2) throw new Error(`expected "${loop}" once in ${path}`)
  const asTable = `
    Object.assign(Commander.prototype, { first: 0, last: 0 })
    delete Commander.prototype.first
    delete Commander.prototype.last`
  return text.replace(loop, `${asTable}\n${loop}`)
}

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [
    ...programs.map((program) => ({ in: `dist/${program}/main.js`, out: program })),
    ...modules.map((module) => ({ in: ccxtFile(module), out: `ccxt/${module}` })),
  ],
  entryNames: '[dir]/[name]-[hash]',
  outExtension: { '.js': '.cjs' },
  outdir: 'dist/packed',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node20',
  supported: { 'dynamic-import': false },
  external: unpacked,
  plugins: [ccxtVenues, namedModules, unneeded, packages],
  sourcemap: 'external',
  sourcesContent: false,
  metafile: true,
  // Names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  // Node shows the line of an error that nobody caught.
  lineLimit: 120,
  logLevel: 'warning',
  define: { 'import.meta.url': 'packedUrl' },
  // The function that load-pack.js runs.
  banner: {
    js: "(function (exports, require, module, __filename, loadPacked, importNamed) { const packedUrl = require('node:url').pathToFileURL(__filename).href;",
  },
  footer: { js: '})' },
})

const outputs = Object.entries(metafile.outputs).map(([path, { entryPoint, imports, inputs }]) => {
  const file = relative('dist/packed', path)
  const name = entryPoint === undefined ? undefined : file.replace(/-[^-]+\.cjs$/, '')
  const builtins = imports.map((each) => each.path).filter((each) => isBuiltin(each))
  return { file, name, builtins, usesCcxt: 'dist/lib/exchange/load-ccxt.js' in inputs }
})
const ofCcxt = outputs.filter(({ name }) => name?.startsWith('ccxt/')).flatMap(({ builtins }) => builtins)
/** name -> its file within the folder */
const files: Record<string, string> = {}
/** name of a program -> what it will have loaded of Node.js once it has started; a command needs ccxt now and then */
const builtinsOf: Record<string, readonly string[]> = {}
for (const { file, name, builtins, usesCcxt } of outputs) {
  if (name === undefined) continue
  files[name] = file
  const isActor = actors.includes(name)
  builtinsOf[name] = [...new Set([...builtins, ...(isActor && usesCcxt ? ofCcxt : [])])]
}
const kept = new Set(outputs.map(({ file }) => file))
// What an earlier pack left. Not before, since programs may be running from it.
for (const found of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const file = join(found.parentPath, found.name)
  if (found.isFile() && !kept.has(relative(folder, file))) rmSync(file, { force: true })
}
writeFileSync(join(folder, 'programs.json'), JSON.stringify({ files, builtins: builtinsOf }))
