import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';

// In-app web views lag years behind: one classic deferred script instead of modules, so that a browser needs ES2015 and
// nothing newer, and the page needs no inline script under a strict content security policy.
function classicScript(): Plugin {
  return {
    name: 'signet-classic-script',
    enforce: 'post',
    transformIndexHtml(html) {
      return html
        .replace(/<script type="module" crossorigin/g, '<script defer')
        .replace(/<link rel="stylesheet" crossorigin/g, '<link rel="stylesheet"');
    },
  };
}

// `x.js.gz` beside `x.js`: the server hands it out as it is and spends no time on compressing.
function precompressed(): Plugin {
  const walk = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
  return {
    name: 'signet-precompressed',
    apply: 'build',
    closeBundle() {
      for (const path of walk('dist')) {
        if (/\.(js|css|html|svg)$/.test(path)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

const mock = 'http://127.0.0.1:5190';

export default defineConfig({
  plugins: [vue(), classicScript(), precompressed()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  server: { port: 5180, proxy: { '/pages': mock } },
  build: {
    target: 'es2015',
    cssTarget: ['chrome61', 'safari11'],
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rollupOptions: {
      output: {
        format: 'iife',
        inlineDynamicImports: true,
        entryFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
});
