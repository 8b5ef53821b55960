export default {
  // The package finds scorer.wasm and worker.js beside itself; Vite's dev server would move it away from them.
  optimizeDeps: { exclude: ['pageleap'] },
};
