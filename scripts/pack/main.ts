import { appendFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'
import { ccxtFile } from '../../lib/exchange/load-ccxt.ts'
import { venueIds, venueOf } from '../../lib/exchange/open-exchange.ts'
import { projectRoot } from '../../lib/hub/project-root.ts'

// Packs each program that tsc has compiled, with the packages that it uses, into a few files. Node reads some 600 files for
// an actor else, which is most of the time of its start and a fifth of its memory.

const root = projectRoot()
const actors = readdirSync(join(root, 'dist/actors')).map((name) => `actors/${name}`)
const programs = [...actors, 'simulator', 'scripts/cli', 'scripts/start', 'scripts/bench/crash-worker']

// These look for files of their own beside their modules.
const unpacked = ['@bull-board/*', 'fastify', '@fastify/*', 'pino', 'esbuild', 'protobufjs', 'protobufjs/*']

/** ccxt's venues under their paths, in place of a path that is made while the program runs. */
const ccxtVenues: Plugin = {
  name: 'ccxt-venues',
  setup(packing) {
    packing.onLoad({ filter: /\/dist\/lib\/exchange\/load-ccxt\.js$/ }, () => {
      const rows = venueIds.map((id) => {
        const { module } = venueOf(id)
        return `${module}: () => import(${JSON.stringify(ccxtFile(module))})`
      })
      const contents = `const venues = { ${rows.join(', ')} }
        export const loadCcxt = async (module) => (await venues[module]()).default`
      return { contents, resolveDir: root }
    })
  },
}

/** CommonJS that is imported while a program runs has its names only when they are told. */
const namedUndici: Plugin = {
  name: 'named-undici',
  setup(packing) {
    const filter = /^undici$/
    packing.onResolve({ filter }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, namespace: 'named' } : undefined,
    )
    packing.onLoad({ filter, namespace: 'named' }, async () => {
      const names = Object.keys(await import('undici')).filter(
        (name) => /^[A-Za-z]\w*$/.test(name) && name !== 'default',
      )
      const contents = `import all from 'undici'\nexport const { ${names.join(', ')} } = all`
      return { contents, resolveDir: root }
    })
  },
}

// A map of one line: errors in packages are told by the packed file's lines, ours by the source's.
const noMap = Buffer.from('{"version":3,"sources":[""],"mappings":"A"}').toString('base64')
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
  entryPoints: programs.map((program) => ({
    in: `dist/${program}/main.js`,
    out: `${program}/main`,
  })),
  outdir: 'dist/packed',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node20',
  external: unpacked,
  plugins: [ccxtVenues, namedUndici, unmapped],
  sourcemap: 'external',
  sourcesContent: false,
  metafile: true,
  // Names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  // For what was CommonJS: a pack of modules has no require of its own.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
})

// Node reads each map that a file names as it starts, and those of packages say nothing.
const files = Object.entries(metafile.outputs).filter(([file]) => file.endsWith('.js'))
for (const [file, { inputs }] of files) {
  const isOurs = Object.keys(inputs).some((input) => input.startsWith('dist/'))
  if (isOurs) appendFileSync(join(root, file), `//# sourceMappingURL=${basename(file)}.map\n`)
}

// What an earlier pack left. Not before, since programs may be running from it.
const kept = new Set(files.flatMap(([file]) => [basename(file), `${basename(file)}.map`]))
for (const name of readdirSync(join(root, 'dist/packed')))
  if (/\.(js|map)$/.test(name) && !kept.has(name)) rmSync(join(root, 'dist/packed', name), { force: true })
writeFileSync(join(root, 'dist/packed/.packed'), '')
