import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { projectRoot } from '../../lib/hub/project-root.ts'

/** One file of ours. */
export interface SourceFile {
  /** from the project's folder, such as `lib/hub/keys.ts` */
  readonly path: string
  readonly text: string
}

/** One import of a file. */
export interface Import {
  /** as written: `../model/kline.ts`, `node:fs`, `ioredis` */
  readonly specifier: string
  /** from the project's folder; undefined for a package */
  readonly path: string | undefined
  readonly typesOnly: boolean
}

const folders = ['lua', 'lib', 'actors', 'simulator', 'scripts', 'test']

/** Every file in our folders whose name ends in one of `endings`. */
export function readSources(...endings: string[]): SourceFile[] {
  const root = projectRoot()
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, file),
      ),
    )
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

const names = String.raw`(?:[\w$]+\s*,?\s*)?(?:\*\s*as\s+[\w$]+|\*|\{[^}]*\})?`
const patterns = [
  new RegExp(
    String.raw`^(?:import|export)\s+(?<types>type\s+)?${names}\s*from\s*['"](?<specifier>[^'"]+)['"]`,
    'gm',
  ),
  /^import\s*['"](?<specifier>[^'"]+)['"]/gm,
  /\bimport\(\s*['"](?<specifier>[^'"]+)['"]/g,
]

/** What a file imports, in any of the forms of the language with a literal name. */
export function importsOf({ path, text }: SourceFile): Import[] {
  return patterns
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map(({ groups }) => {
      const specifier = groups?.['specifier'] ?? ''
      return {
        specifier,
        path: specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : undefined,
        typesOnly: groups?.['types'] !== undefined,
      }
    })
}
