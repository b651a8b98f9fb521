import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { notices } from './build/notices.ts';
import { pack } from './build/pack.ts';

export default defineConfig({
  base: '/graphiql/',
  plugins: [react(), notices(), pack()],
  html: { cspNonce: '__NONCE__' },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Vite inlines what both the markup and the code name, like the icon, at random: every build would be another.
    assetsInlineLimit: 0,
    license: { fileName: 'assets/licenses.md' },
    // Monaco is one large file, by nature.
    chunkSizeWarningLimit: 4000,
    // The React compiler's "use no memo" has done its work before the packages are published.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
