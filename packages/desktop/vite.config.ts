import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The desktop is served by both nodes under this path (the web host's `/` redirects there). */
export default defineConfig({
  base: '/desktop/',
  plugins: [react()],
  build: {
    target: 'es2022',
    sourcemap: false,
    // Fonts and icons are few and small; everything else has a hash in its name, so it can be cached for good.
    assetsInlineLimit: 2_048,
    // The bundle is published without its ingredients: their licences must go with it.
    license: { fileName: 'licenses.md' },
  },
});
