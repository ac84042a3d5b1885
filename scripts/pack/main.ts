import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
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
const unmapped: Plugin = {
  name: 'unmapped-packages',
  setup(packing) {
    packing.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, ({ path }) => ({
      contents: `${readFileSync(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${noMap}`,
    }))
  },
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
  plugins: [ccxtVenues, namedModules, unneeded, unmapped],
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

const packs: Record<string, string> = {}
const kept = new Set<string>()
for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
  const name = relative('dist/packed', file)
  kept.add(name)
  if (entryPoint !== undefined) packs[name.replace(/-[^-]+\.cjs$/, '')] = name
}
// What an earlier pack left. Not before, since programs may be running from it.
for (const found of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const file = join(found.parentPath, found.name)
  if (found.isFile() && !kept.has(relative(folder, file))) rmSync(file, { force: true })
}
writeFileSync(join(folder, 'packs.json'), JSON.stringify(packs))
