/** The licences of what is bundled in turn: Monaco carries other people's code, which the list of packages does not name. */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

export function notices(): Plugin {
  return {
    name: 'notices',
    apply: 'build',
    async generateBundle() {
      const source = await readFile('node_modules/monaco-editor/ThirdPartyNotices.txt');
      this.emitFile({ type: 'asset', fileName: 'assets/monaco-notices.txt', source });
    },
  };
}
