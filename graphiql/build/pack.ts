/**
 * Leaves each asset as NAME.gz, the only form that is committed, embedded and served.
 *
 * Zopfli and not zlib: it is smaller, and its bytes do not depend on the version of Node that builds.
 */
import { gzipAsync } from '@gfx/zopfli';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

export function pack(): Plugin {
  let assets = '';
  return {
    name: 'pack',
    apply: 'build',
    configResolved({ root, build }) {
      assets = `${root}/${build.outDir}/${build.assetsDir}`;
    },
    async closeBundle() {
      for (const name of await readdir(assets)) {
        const file = `${assets}/${name}`;
        await writeFile(`${file}.gz`, await gzipAsync(await readFile(file), { numiterations: 5 }));
        await rm(file);
      }
    },
  };
}
